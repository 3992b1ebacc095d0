/**
 * What a request says about a candidate, in numbers that mean the same in every domain, as in `edge_er/decision/features.py`:
 * `cosine`, `heard`, `whole`, `explained`, `missing`, `number`, `shared`, `alike` and `size`.
 */

import { nameSpan, wordsOf } from "../text/carriers.js";
import constants from "../data/constants.js";
import { BIT } from "../text/misrecognition.js";
import { isFigures } from "../text/numbers.js";

const BORDER = constants.misrecognition.border;
const OF_EQUALS = ["shared", "alike"];
const OF_TEXTS = ["whole", "explained", "missing", "number", ...OF_EQUALS]; // these need the texts, not only the summands of the score
const OF_VECTORS = ["cosine", "size"]; // there are no others without the misrecognition score
const ALL = ["cosine", "heard", ...OF_TEXTS, "size"];

/**
 * The features that candidates have where the misrecognition score weighs `heard`.
 * @param {number} heard
 * @returns {string[]}
 */
export const knownFeatures = (heard) => (heard ? ALL : OF_VECTORS);

/**
 * @typedef {object} Reading a text as it stands or with its numbers spelled otherwise
 * @property {string} text canonical
 * @property {string[]} name its words
 * @property {string[]} content those of them that no carrier has
 *
 * @typedef {object} Utterance
 * @property {{readings: Reading[], figures: string[], share: number}[]} texts with the words of their names in figures
 * @property {number} nameScore the mean score that their names could earn, in eighths of a bit
 */

/** Makes the features that the calibrations of a bundle weigh. */
export class Features {
  /**
   * @param {Record<string, number>[]} weights of the calibrations
   * @param {import("../text/misrecognition.js").Misrecognition | null} hearing null where the misrecognition score does not count
   * @param {import("../text/carriers.js").CarrierWords} carriers
   * @param {import("../text/numbers.js").Numbers} numbers
   * @param {number} readings so many other spellings of numbers count
   */
  constructor(weights, hearing, carriers, numbers, readings) {
    const wanted = new Set(["cosine", "heard", ...weights.flatMap((each) => Object.keys(each))]);
    this._wants = (name) => wanted.has(name) && (hearing !== null || OF_VECTORS.includes(name));
    this._hearing = hearing;
    this._carriers = carriers;
    this._numbers = numbers;
    this._readings = readings;
    /** Whether `utterance` is needed. */
    this.needTexts = OF_TEXTS.some(this._wants);
    /** Whether `equals` are sought. */
    this.needEquals = OF_EQUALS.some(this._wants);
  }

  /**
   * @param {{text: string, weight: number}[]} hypotheses
   * @param {string[]} forms of the compared candidates, canonical; their words may be part of the name
   * @returns {Utterance}
   */
  utterance(hypotheses, forms) {
    const names = new Set(forms.flatMap(wordsOf));
    const total = hypotheses.reduce((sum, { weight }) => sum + weight, 0);
    const texts = hypotheses.map(({ text, weight }) => {
      const spelled = this._numbers.otherReadings(text, names).slice(0, this._readings);
      const readings = [text, ...spelled].map((each) => this._reading(each, names));
      const figures = this._reading(this._numbers.inFigures(text), names).name;
      return { readings, figures, share: weight / total };
    });
    const nameScore = texts.reduce((sum, { readings, share }) => {
      return sum + share * this._exactScore(readings[0].name.join(" "));
    }, 0);
    return { texts, nameScore };
  }

  _reading(text, names) {
    const words = wordsOf(text);
    const name = words.slice(...nameSpan(words, this._carriers, names));
    return { text, name, content: name.filter((word) => !this._carriers.words.has(word)) };
  }

  /**
   * The features of a candidate, by name.
   * @param {number} cosine of request and form
   * @param {number} heard misrecognition score of the form, in eighths of a bit
   * @param {string} form canonical
   * @param {Utterance | null} utterance null where `needTexts` is false
   * @param {number} entities how many the catalog has
   * @param {import("./equals.js").Equals} [equals] that the form is one of
   * @returns {Record<string, number>}
   */
  of(cosine, heard, form, utterance, entities, { count, shared } = { count: 1, shared: false }) {
    const all = { cosine: shared ? 0 : Math.min(cosine, 1), heard: Math.log1p(Math.max(heard / BIT, 0)) };
    if (utterance) {
      const { texts } = utterance;
      const whole = texts.reduce((sum, said) => sum + said.share * Number(saysWhole(form, said)), 0);
      const figures = this._numbers.inFigures(form);
      const number = texts.reduce((sum, said) => sum - said.share * Number(saysAnotherNumber(form, figures, this._carriers.fillers, said)), 0);
      const explained = Math.min(Math.max(heard, 0) / Math.max(utterance.nameScore, 1), 1);
      const lost = Math.max(this._exactScore(form) - heard, 0);
      Object.assign(all, {
        whole,
        explained: shared ? 1 : Math.max(explained, whole),
        missing: shared ? 0 : -Math.log1p(lost / BIT),
        number,
        shared: Number(shared),
        alike: Number(count > 1 && !shared),
      });
    }
    all.size = -Math.log(Math.max(entities, 1));
    return Object.fromEntries(Object.entries(all).filter(([name]) => this._wants(name)));
  }

  /** The misrecognition score of a text whose letters are all recognised, in eighths of a bit; 0 without letters. */
  _exactScore(text) {
    return text.trim() ? this._hearing.gain(text) + 2 * BORDER : 0;
  }
}

/**
 * Whether words of canonical `text` that follow each other have the letters of `form`, spaces left out.
 * @param {string} form
 * @param {string} text
 * @returns {boolean}
 */
export function isSaidWhole(form, text) {
  const letters = form.replaceAll(" ", "");
  const words = wordsOf(text);
  return words.some((_, first) => {
    let joined = "";
    for (let place = first; place < words.length; place++) {
      joined += words[place];
      if (joined.length >= letters.length || !letters.startsWith(joined)) break;
    }
    return joined === letters;
  });
}

/** Whether a text says a form whole: in a row, or nothing else but words of carriers. */
export function saysWhole(form, { readings }) {
  const words = wordsOf(form);
  const alone = ({ text, content }) => words.length > 0 && within(content, words) && within(words, wordsOf(text));
  return readings.some((reading) => isSaidWhole(form, reading.text) || alone(reading));
}

/**
 * Whether a text says a form but for its numbers, and one that it lacks: before a word of the form, or after one where the name
 * ends, and beside no other number.
 */
function saysAnotherNumber(form, inFigures, fillers, { readings, figures }) {
  const words = wordsOf(form);
  const own = [...words, ...wordsOf(inFigures)];
  const unsaid = wordsOf(inFigures).filter((word) => !figures.includes(word) && !fillers.has(word));
  if (!unsaid.every(isFigures)) return false;
  if (readings.some(({ content }) => within(content, words))) return false;
  const isNumber = (place) => place >= 0 && place < figures.length && isFigures(figures[place]);
  const beside = (place) =>
    !isNumber(place - 1) &&
    !isNumber(place + 1) &&
    words.includes(figures[place + 1 < figures.length ? place + 1 : place - 1]);
  const has = (number) => own.some((word) => isSameNumber(number, word));
  return figures.some((word, place) => isFigures(word) && beside(place) && !has(word));
}

/** Whether two words are one number, or one is a year and the other its last two figures. */
function isSameNumber(word, other) {
  const [short, year] = word.length < other.length ? [word, other] : [other, word];
  return word === other || (isFigures(other) && short.length === 2 && year.length === 4 && year.endsWith(short));
}

/** Whether all of some words are among others. */
export const within = (some, all) => some.every((word) => all.includes(word));
