/**
 * Completions: which forms a text that is still being typed may become, in whole numbers, as in
 * `edge_er/text/completions.py` and `slips.py`.
 */

import { nameSpan, wordsOf } from "./carriers.js";
import constants from "../data/constants.js";
import { characters } from "./canonical.js";

const SUGGEST = constants.suggest;
const SHORTEST = 2; // characters of a word that may have a slip
const AFTER_ALL = "\uffff"; // follows every character, for they are compared by their UTF-16 units
const AFTER_SPACE = "!"; // follows a space, and is in no canonical text
const NEVER = 2 ** 30;

const lengthOf = (text) => characters(text).length;

/** An index of the words and the beginnings of forms. */
export class CompletionIndex {
  /**
   * @param {import("./carriers.js").CarrierWords} carriers
   * @param {string[]} forms in canonical text
   * @param {CompletionIndex} [base] of the catalog that these forms stand beside; its words count as words of names too
   */
  constructor(carriers, forms, base) {
    this._carriers = carriers;
    this._base = base;
    const having = new Map();
    this._letters = new Int32Array(forms.length);
    forms.forEach((form, number) => {
      for (const word of new Set(wordsOf(form))) {
        this._letters[number] += lengthOf(word);
        if (having.has(word)) having.get(word).push(number);
        else having.set(word, [number]);
      }
    });
    /** All words, sorted, and their forms, so that those of all words that begin alike lie side by side. */
    this._words = [...having.keys()].sort();
    this._formsOf = this._words.map((word) => having.get(word));
    this._lengths = this._words.map(lengthOf);
    this._numbers = new Map(this._words.map((word, number) => [word, number]));
    this._sorted = Array.from(forms, (_, form) => form).sort((one, other) => compare(forms[one], forms[other]));
    this._texts = this._sorted.map((form) => forms[form]);
  }

  /**
   * Whether a form, or one of the catalog beside it, has the word.
   * @param {string} word
   * @returns {boolean}
   */
  has(word) {
    return this._numbers.has(word) || (this._base?.has(word) ?? false);
  }

  /**
   * The forms that canonical `text`, which is not empty, may become, ascending, and their scores.
   * @param {string} text
   * @param {boolean} finished whether its last word is: a space stands after it
   * @returns {{forms: number[], scores: number[]}}
   */
  fits(text, finished) {
    const words = wordsOf(text);
    const span = nameSpan(words, this._carriers, this);
    const typed = this._typed(words, span, finished);
    const { said, having } = this._said(typed);
    const missing = this._missing(typed);
    const begins = this._begins(words, span, finished);
    const known = [...typed.needed].every((word) => this._numbers.has(word));
    const open = typed.open === null ? 0 : lengthOf(typed.open);
    const forms = [];
    const scores = [];
    for (let form = 0; form < said.length; form++) {
      const becomes = missing[form] < NEVER;
      const holds = known && having[form] === typed.needed.size && (becomes || !typed.mustOpen);
      if (!holds && !begins[form]) continue;
      const letters = said[form] + (becomes ? open : 0);
      forms.push(form);
      scores.push(
        SUGGEST.said * letters - SUGGEST.unsaid * (this._letters[form] - letters) + SUGGEST.begins * begins[form],
      );
    }
    return { forms, scores };
  }

  /**
   * Canonical `text` with the only word of the name that no form has replaced by each one that is a slip away.
   * @param {string} text
   * @param {boolean} finished
   * @returns {string[]} none where more than one word, words of carriers aside, is in no form
   */
  withoutSlip(text, finished) {
    const words = wordsOf(text);
    const isOpen = (place) => !finished && place === words.length - 1;
    const unknown = [];
    const [first, last] = nameSpan(words, this._carriers, this);
    for (let place = first; place < last; place++) {
      if (!this._isKnown(words[place], isOpen(place))) unknown.push(place);
    }
    const [place] = unknown;
    if (unknown.length !== 1 || lengthOf(words[place]) < SHORTEST) return [];
    const others = [...oneSlip(this._words, words[place], isOpen(place))];
    return others.map((other) => [...words.slice(0, place), other, ...words.slice(place + 1)].join(" "));
  }

  /** Whether a form has the word, or one that the open word becomes, or the word is one of carriers. */
  _isKnown(word, isOpen) {
    if (!isOpen) return this.has(word) || this._carriers.words.has(word);
    return beginsAWord(this._words, word) || (this._base?._isKnown(word, isOpen) ?? false);
  }

  /** The finished words, those that a form must have, the open one, and whether a form must have what that becomes. */
  _typed(words, [first, last], finished) {
    const closed = finished ? words : words.slice(0, -1);
    const name = closed.slice(first, last);
    const mustOpen = !finished && last === words.length;
    const strong = name.filter((word) => !this._carriers.words.has(word));
    const needed = new Set(strong.length || mustOpen ? strong : name);
    return { finished: new Set(closed), needed, open: finished ? null : words[words.length - 1], mustOpen };
  }

  /** For each form the characters of its finished words, and how many needed words it has. */
  _said({ finished, needed }) {
    const said = new Int32Array(this._letters.length);
    const having = new Int32Array(this._letters.length);
    for (const word of finished) {
      const number = this._numbers.get(word);
      if (number === undefined) continue;
      for (const form of this._formsOf[number]) {
        said[form] += this._lengths[number];
        if (needed.has(word)) having[form]++;
      }
    }
    return { said, having };
  }

  /** How many characters the open word lacks of the shortest word of each form that it becomes; else `NEVER`. */
  _missing({ finished, open }) {
    const missing = new Int32Array(this._letters.length).fill(NEVER);
    if (open === null) return missing;
    const [first, end] = rangeOf(this._words, open);
    const typed = lengthOf(open);
    for (let number = first; number < end; number++) {
      if (finished.has(this._words[number])) continue;
      const lacks = this._lengths[number] - typed;
      for (const form of this._formsOf[number]) if (lacks < missing[form]) missing[form] = lacks;
    }
    return missing;
  }

  /** Whether each form begins with the text, or with the name in it. */
  _begins(words, [first, last], finished) {
    const begins = new Uint8Array(this._letters.length);
    const beginnings = [
      [words.join(" "), finished],
      [words.slice(first, last).join(" "), finished || last < words.length],
    ];
    for (const [beginning, whole] of beginnings) {
      const [start, end] = rangeOf(this._texts, beginning, whole ? AFTER_SPACE : AFTER_ALL);
      for (let place = start; place < end; place++) begins[this._sorted[place]] = 1;
    }
    return begins;
  }
}

/**
 * The sorted `words`, or what words begin with if `isOpen`, that are one slip away from `typed`: a character too many,
 * one too few, another one, or two changed round.
 * @param {string[]} words
 * @param {string} typed
 * @param {boolean} isOpen
 * @returns {Set<string>}
 */
export function oneSlip(words, typed, isOpen) {
  const there = isOpen ? beginsAWord : isWord;
  const found = new Set();
  for (const word of slips(words, typed, isOpen)) if (word && there(words, word)) found.add(word);
  found.delete(typed);
  return found;
}

/** `typed` without a slip at each place, as long as words begin with what stands before it. */
function* slips(words, typed, isOpen) {
  const letters = characters(typed);
  for (let place = 0; place < letters.length; place++) {
    const before = letters.slice(0, place).join("");
    if (!beginsAWord(words, before)) return;
    const from = letters.slice(place).join("");
    const rest = letters.slice(place + 1);
    yield before + rest.join("");
    yield before + (rest[0] ?? "") + letters[place] + rest.slice(1).join("");
    for (const character of following(words, before)) {
      yield before + character + rest.join("");
      yield before + character + from;
    }
  }
  if (!isOpen) for (const character of following(words, typed)) yield typed + character;
}

/** The characters that follow `beginning` in the sorted `words`. */
function* following(words, beginning) {
  let [place, end] = rangeOf(words, beginning);
  if (place < end && words[place] === beginning) place++;
  while (place < end) {
    const character = String.fromCodePoint(words[place].codePointAt(beginning.length));
    yield character;
    place = bisect(words, beginning + character + AFTER_ALL);
  }
}

const compare = (one, other) => (one < other ? -1 : Number(one > other));

/** Whether one of the sorted `words` begins so. */
function beginsAWord(words, beginning) {
  return words[bisect(words, beginning)]?.startsWith(beginning) ?? false;
}

function isWord(words, word) {
  return words[bisect(words, word)] === word;
}

/** First and end of the sorted `texts` that begin so and go on with what is below `after`. */
function rangeOf(texts, beginning, after = AFTER_ALL) {
  return [bisect(texts, beginning), bisect(texts, beginning + after)];
}

/** Where `text` stands, or would stand, in the sorted `texts`. */
function bisect(texts, text) {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (texts[middle] < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
