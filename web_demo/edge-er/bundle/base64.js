/** Bytes of base64; not every engine has `atob`. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * What base64 says; line ends in it and `=` at its end say nothing.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function fromBase64(text) {
  const letters = text.replace(/[\s=]/g, "");
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let [held, bits, at] = [0, 0, 0];
  for (let place = 0; place < letters.length; place++) {
    held = (held << 6) | LETTERS.indexOf(letters[place]);
    bits += 6;
    if (bits >= 8) bytes[at++] = (held >> (bits -= 8)) & 0xff;
    held &= 0xff;
  }
  return bytes;
}
