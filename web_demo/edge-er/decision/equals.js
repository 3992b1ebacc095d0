/** Equals: the first candidates that nothing in a request tells apart, as in `edge_er/decision/equals.py`. */

import { wordsOf } from "../text/carriers.js";
import constants from "../data/constants.js";
import { saysWhole, within } from "./features.js";

const {
  sharing_words: SHARING_WORDS,
  sharing_left: SHARING_LEFT,
  sounding_alike: SOUNDING_ALIKE,
  sounding_letters: LETTERS,
} = constants.decision;

/** @typedef {{count: number, shared: boolean}} Equals how many are equals; whether they share all words that are said */

/** @type {Equals} */
export const ALONE = { count: 1, shared: false };

/**
 * The equals among candidates.
 * @param {import("./features.js").Utterance} utterance
 * @param {string[]} forms of the candidates, best first, canonical
 * @param {number[]} scores of theirs, in units of the cosine
 * @param {import("../text/sound_codes.js").SoundCodes} sounds
 * @returns {Equals}
 */
export function equals({ texts }, forms, scores, sounds) {
  if (texts.some((said) => saysWhole(forms[0], said))) return ALONE;
  const words = wordsOf(forms[0]);
  const known = forms.flatMap(wordsOf);
  const named = texts.map(({ readings }) =>
    readings
      .filter(({ name }) => Array.from(name.filter((word) => !words.includes(word)).join("")).length <= SHARING_LEFT)
      .map(({ name, content }) => (content.length ? content : name.filter((word) => known.includes(word))))
      .filter((those) => those.length && within(those, words)),
  );
  if (named.every((ofText) => ofText.length)) {
    const shares = (form) => named.every((ofText) => ofText.some((those) => within(those, wordsOf(form))));
    const count = 1 + leading(forms.slice(1, near(scores, SHARING_WORDS)), shares);
    if (count > 1) return { count, shared: true };
  }
  const most = near(scores, SOUNDING_ALIKE);
  if (most === 1) return ALONE;
  const spoken = texts.map((said) => soundsOf(said, sounds));
  const code = sounds.fold(forms[0]);
  const asSaid = (own) => spoken.every((ofText) => ofText.some((each) => soundAlike(own, each)));
  const sounding = (form) => soundAlike(code, sounds.fold(form)) && asSaid(sounds.fold(form));
  return asSaid(code) ? { count: 1 + leading(forms.slice(1, most), sounding), shared: false } : ALONE;
}

/** The sound codes of the names in the readings of a text, with words of carriers in them and without. */
const soundsOf = ({ readings }, sounds) =>
  readings.flatMap(({ name, content }) => [name, content].map((words) => sounds.fold(words.join(" "))));

/**
 * Whether two sound codes are those of names that sound the same.
 * @param {string} one
 * @param {string} other
 * @returns {boolean}
 */
export function soundAlike(one, other) {
  if (one === other) return true;
  const [left, right] = [Array.from(one), Array.from(other)];
  const most = Math.min(left.length, right.length);
  let start = 0;
  while (start < most && left[start] === right[start]) start++;
  let end = 0;
  while (end < most - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const rest = [left, right].map((code) => code.slice(start, code.length - end));
  return most >= LETTERS && rest.every((part) => part.length <= 1 && !/[0-9]/.test(part.join("")));
}

/** How many of the first scores are not further behind the first. */
const near = (scores, most) => 1 + leading(scores.slice(1), (score) => scores[0] - score <= most);

/** How many of the first pass a test. */
function leading(all, passes) {
  const failed = all.findIndex((each) => !passes(each));
  return failed < 0 ? all.length : failed;
}
