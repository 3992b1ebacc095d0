/**
 * What people say around a name: the phrases at the two ends of a request, and the words they are made of, as in
 * `edge_er/text/carriers.py`.
 */

import constants from "../data/constants.js";

const { longest: LONGEST, calls: CALLS, closes: CLOSES } = constants.carriers;
const WORDS = ["words", "fillers"];
const KINDS = [...WORDS, "calls", "opens", "nouns", "closes"];

/** @typedef {Record<"words" | "fillers" | "calls" | "opens" | "nouns" | "closes", Set<string>>} CarrierWords by their place */

/**
 * The words and phrases of all languages.
 * @param {string} table contents of `hearing.txt`
 * @returns {CarrierWords}
 */
export function carrierWords(table) {
  const found = Object.fromEntries(KINDS.map((kind) => [kind, new Set()]));
  for (const line of table.split("\n")) {
    const kind = line.slice(0, line.indexOf(" "));
    if (!KINDS.includes(kind)) continue;
    for (const phrase of line.slice(kind.length + 1).split(WORDS.includes(kind) ? " " : "|")) {
      found[kind].add(kind === "closes" ? anyNumber(phrase.split(" ")).join(" ") : phrase);
    }
  }
  return found;
}

/** @typedef {[number, number]} Span first word of a name in a request, and the one past its last */

/**
 * The name in a request: what no phrase of a carrier takes off. A number in a closing phrase stands for any. A closing phrase
 * of several words stays too if its last word is one of `names` and no filler.
 * @param {string[]} words
 * @param {CarrierWords} carriers
 * @param {{has: (word: string) => boolean}} [names] words of names
 * @returns {Span}
 */
export function nameSpan(words, { calls, opens, nouns, closes, fillers }, names) {
  let first = 0;
  let last = words.length;
  for (const phrases of [...Array(CALLS).fill(calls), opens, nouns]) {
    if (!firstWords(phrases).has(words[first])) continue;
    first += longest(last - first - 1, (size) => words.slice(first, first + size), phrases);
  }
  const closings = anyNumber(words);
  for (let i = 0; i < CLOSES; i++) {
    const closing = words[last - 1];
    if (!lastWords(closes).has(closings[last - 1])) break;
    const most = names?.has(closing) && !fillers.has(closing) ? 1 : LONGEST;
    last -= longest(Math.min(most, last - first - 1), (size) => closings.slice(last - size, last), closes);
  }
  return [first, last];
}

/**
 * The name in a canonical request: what it says between the phrases of a carrier.
 * @param {string} request
 * @param {CarrierWords} carriers
 * @param {Span} [span] by default what `nameSpan` finds
 * @returns {string}
 */
export function withoutCarrier(request, carriers, span) {
  const words = wordsOf(request);
  return words.slice(...(span ?? nameSpan(words, carriers))).join(" ");
}

/**
 * The words of a canonical text.
 * @param {string} text
 * @returns {string[]}
 */
export function wordsOf(text) {
  const words = text.split(" ");
  return words.includes("") ? words.filter(Boolean) : words;
}

/** The words, with 0 in the place of every number in figures. */
const anyNumber = (words) => words.map((word) => (/^[0-9]+$/.test(word) ? "0" : word));

/** The words that phrases begin with, and end with: most words do neither, which spares looking for phrases. */
const firstWords = edgeWords((phrase) => phrase.slice(0, (phrase + " ").indexOf(" ")));
const lastWords = edgeWords((phrase) => phrase.slice(phrase.lastIndexOf(" ") + 1));

function edgeWords(edgeOf) {
  const known = new WeakMap();
  return (phrases) => {
    if (!known.has(phrases)) known.set(phrases, new Set(Array.from(phrases, edgeOf)));
    return known.get(phrases);
  };
}

/** Words of the longest phrase that is known; 0 where there is none. */
function longest(most, wordsOf, known) {
  for (let size = Math.min(LONGEST, most); size > 0; size--) {
    if (known.has(wordsOf(size).join(" "))) return size;
  }
  return 0;
}
