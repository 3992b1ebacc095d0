/** UTF-8, by the engine where it can (TextDecoder, TextEncoder), else by hand. */

const CHUNK = 4096; // characters joined at once

/**
 * Text of UTF-8; throws a TypeError where it is none. A mark of byte order is no part of it.
 * @param {Uint8Array} data
 * @returns {string}
 */
export function utf8(data) {
  return typeof TextDecoder === "undefined" ? decoded(data) : new TextDecoder("utf-8", { fatal: true }).decode(data);
}

/**
 * The bytes of a text; half a surrogate pair becomes U+FFFD.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function utf8Bytes(text) {
  return typeof TextEncoder === "undefined" ? encoded(text) : new TextEncoder().encode(text);
}

/** `utf8` without the engine's help. */
export function decoded(data) {
  const parts = [];
  let points = [];
  const start = data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? 3 : 0;
  for (let at = start; at < data.length;) {
    const first = data[at++];
    const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    let point = more > 0 ? first & (0x3f >> more) : first;
    for (let left = more; left > 0; left--, at++) {
      if (!(data[at] >> 6 === 2)) throw new TypeError("not UTF-8");
      point = (point << 6) | (data[at] & 0x3f);
    }
    const least = [0, 0x80, 0x800, 0x10000][more];
    if (!(point >= least) || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) throw new TypeError("not UTF-8");
    if (points.push(point) === CHUNK) {
      parts.push(String.fromCodePoint(...points));
      points = [];
    }
  }
  return parts.join("") + String.fromCodePoint(...points);
}

/** `utf8Bytes` without the engine's help. */
export function encoded(text) {
  const bytes = [];
  for (const character of text) {
    let point = character.codePointAt(0);
    if (point >= 0xd800 && point < 0xe000) point = 0xfffd;
    const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    bytes.push(more ? ((0xf0 << (3 - more)) & 0xff) | (point >> (6 * more)) : point);
    for (let left = more - 1; left >= 0; left--) bytes.push(0x80 | ((point >> (6 * left)) & 0x3f));
  }
  return Uint8Array.from(bytes);
}
