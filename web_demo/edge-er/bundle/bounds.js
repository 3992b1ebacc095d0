/** How much is read of what comes from outside: the section `bounds` of the shared constants, as `docs/spec` states it. */

import constants from "../data/constants.js";
import { characters } from "../text/canonical.js";

export const BOUNDS = constants.bounds;
const UNPACKED_TIMES = 100; // where a manifest does not say how large unpacked entities are
const UNPACKED_LEAST = 1000000;
const HALF = /\\u[dD][89a-fA-F]/; // an escape that may be half of a character

/**
 * Canonical text of a request, of which only the first characters are read: no name is longer.
 * @param {string} canonical
 * @returns {string}
 */
export function requestText(canonical) {
  return firstOf(canonical, BOUNDS.text).replace(/ +$/, "");
}

/**
 * The first characters of a text.
 * @param {string} text
 * @param {number} count
 * @returns {string}
 */
export function firstOf(text, count) {
  if (text.length <= count) return text;
  let end = 0;
  for (let at = 0; at < count && end < text.length; at++) end += text.codePointAt(end) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}

/**
 * How many bytes packed entities may have when they are unpacked.
 * @param {Record<string, any>} manifest
 * @param {string} name of the file
 * @returns {number}
 */
export function unpackedBound(manifest, name) {
  return manifest.bounds?.[name] ?? UNPACKED_TIMES * manifest.files[name].size + UNPACKED_LEAST;
}

/**
 * The value in a text of JSON.
 * @param {string} text
 * @returns {any}
 * @throws {Error} it is no JSON, has too many objects and lists in one another, or half of a character in a text
 */
export function parseJson(text) {
  const value = JSON.parse(text);
  let level = [value];
  for (let depth = 0; level.length; depth++) {
    if (depth > BOUNDS.manifest_levels) throw new Error(`more than ${BOUNDS.manifest_levels} objects and lists in one another`);
    level = level.filter((each) => typeof each === "object" && each !== null).flatMap((each) => Object.values(each));
  }
  if (HALF.test(text) && hasHalf(textsOf(value))) {
    throw new Error("half of a character (a lone surrogate) in a text");
  }
  return value;
}

/**
 * What parses the lines of a text, as `parseJson` does; faster where no line can have what that refuses.
 * @param {string} text
 * @returns {(line: string) => any}
 */
export function lineParser(text) {
  return HALF.test(text) || mostBrackets(text) > BOUNDS.manifest_levels ? parseJson : JSON.parse;
}

/** The most brackets that open in one line, those within texts included. */
function mostBrackets(text) {
  let [most, here] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) here = 0;
    else if ((code === 0x5b || code === 0x7b) && ++here > most) most = here;
  }
  return most;
}

/** Whether a text has half of a surrogate pair. */
function hasHalf(text) {
  return characters(text).some((character) => character.length === 1 && character >= "\ud800" && character <= "\udfff");
}

/** All texts and names of fields in a value, one after another with a space between them. */
function textsOf(value) {
  if (typeof value === "string") return `${value} `;
  if (typeof value !== "object" || value === null) return "";
  const names = Array.isArray(value) ? "" : `${Object.keys(value).join(" ")} `;
  return names + Object.values(value).map(textsOf).join("");
}
