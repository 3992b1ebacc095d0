/**
 * What words count in a catalog: what leaving them out costs, and which are weak, common, rare or part of a frequency, as in
 * `edge_er/text/word_values.py`.
 */

import constants from "../data/constants.js";
import { characters } from "./canonical.js";

/** @typedef {import("./carriers.js").CarrierWords} CarrierWords */

const COSTS = constants.words;
const NUMBER = /^[0-9]+$/;

/**
 * Whether a word is one of carriers or fillers.
 * @param {string} word
 * @param {CarrierWords} carriers
 */
export const isWeak = (word, carriers) => carriers.words.has(word) || carriers.fillers.has(word);

/**
 * Whether so many forms, of all `forms`, have a word that is common.
 * @param {number} having
 * @param {number} forms
 */
export const isCommon = (having, forms) => having * COSTS.common_share > forms && having >= COSTS.common_least;

/**
 * Whether a word that so many forms have says which name is meant: it is no number, no filler and no word of a carrier.
 * @param {string} word
 * @param {number} having
 * @param {CarrierWords} carriers
 */
export function isRare(word, having, carriers) {
  if (characters(word).length < COSTS.rare_letters || NUMBER.test(word) || isWeak(word, carriers)) return false;
  return having <= COSTS.rare_most;
}

/**
 * What leaving the word of a form out costs, if it is no part of a frequency.
 * @param {string} word
 * @param {Set<string>} common the words that many forms have
 * @param {CarrierWords} carriers
 */
export function omission(word, common, carriers) {
  if (carriers.fillers.has(word)) return COSTS.omitted_filler;
  if (NUMBER.test(word)) return COSTS.omitted_number;
  return common.has(word) || carriers.words.has(word) ? COSTS.omitted_common : COSTS.omitted;
}

/**
 * The words of a form that are part of a frequency: "98" and "9" of 98.9, "1028", "790" of 790 AM.
 * @param {string[]} words
 * @returns {Set<string>}
 */
export function frequencies(words) {
  const found = new Set();
  words.forEach((word, at) => {
    if (!NUMBER.test(word) || word.length > 4) return;
    const [number, following] = [Number(word), words[at + 1] ?? ""];
    const decimals = NUMBER.test(following) && following.length <= 2;
    const megahertz = number >= 87 && number <= 108 && (decimals || following === "fm");
    const joined = number >= 875 && number <= 1080; // tenths of a MHz, without a point
    if (megahertz || joined || (number >= 530 && number <= 1700 && number % 10 === 0)) found.add(word);
    if (megahertz && decimals) found.add(following);
  });
  return found;
}
