/**
 * What a request says about a candidate, in numbers that mean the same in every domain, as in `edge_er/decision/features.py`:
 * `cosine`, `heard`, `whole`, `explained`, `missing`, `number` and `size`.
 */

import { nameSpan, wordsOf } from "./carrier.js";
import constants from "./data/constants.js";
import { BIT } from "./hearing.js";
import { isFigures } from "./numbers.js";

const BORDER = constants.misrecognition.border;
const OF_TEXTS = ["whole", "explained", "missing", "number"]; // these need the texts, not only the summands of the score
const OF_VECTORS = ["cosine", "size"]; // there are no others without the misrecognition score

/**
 * @typedef {object} Reading a text as it stands or with its numbers spelled otherwise
 * @property {string} text canonical
 * @property {string[]} content words of its name but those of carriers
 *
 * @typedef {object} Utterance
 * @property {{readings: Reading[], figures: string, share: number}[]} texts
 * @property {number} nameScore the mean score that their names could earn, in eighths of a bit
 */

/** Makes the features that the calibrations of a bundle weigh. */
export class Features {
  /**
   * @param {Record<string, number>[]} weights of the calibrations
   * @param {import("./hearing.js").Hearing | null} hearing null where the misrecognition score does not count
   * @param {import("./carrier.js").CarrierWords} carriers
   * @param {import("./numbers.js").Numbers} numbers
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
      const readings = [text, ...spelled].map((each) => ({ text: each, content: this._content(each, names) }));
      return { readings, figures: this._numbers.inFigures(text), share: weight / total };
    });
    const nameScore = texts.reduce((sum, { readings, share }) => {
      return sum + share * this._exactScore(this._name(readings[0].text, names).join(""));
    }, 0);
    return { texts, nameScore };
  }

  _content(text, names) {
    return this._name(text, names).filter((word) => !this._carriers.words.has(word));
  }

  _name(text, names) {
    const words = wordsOf(text);
    return words.slice(...nameSpan(words, this._carriers, names));
  }

  /**
   * The features of a candidate, by name.
   * @param {number} cosine of request and form
   * @param {number} heard misrecognition score of the form, in eighths of a bit
   * @param {string} form canonical
   * @param {Utterance | null} utterance null where `needTexts` is false
   * @param {number} entities how many the catalog has
   * @returns {Record<string, number>}
   */
  of(cosine, heard, form, utterance, entities) {
    const all = { cosine: Math.min(cosine, 1), heard: Math.log1p(Math.max(heard / BIT, 0)) };
    if (utterance) {
      const { texts } = utterance;
      const whole = texts.reduce((sum, said) => sum + said.share * Number(saysWhole(form, said)), 0);
      const number = texts.reduce((sum, said) => sum - said.share * Number(saysAnotherNumber(form, said)), 0);
      const explained = Math.min(Math.max(heard, 0) / Math.max(utterance.nameScore, 1), 1);
      const lost = Math.max(this._exactScore(form.replaceAll(" ", "")) - heard, 0);
      Object.assign(all, { whole, explained: Math.max(explained, whole), missing: -Math.log1p(lost / BIT), number });
    }
    all.size = -Math.log(Math.max(entities, 1));
    return Object.fromEntries(Object.entries(all).filter(([name]) => this._wants(name)));
  }

  /** The misrecognition score of letters that are all recognised, in eighths of a bit; 0 without letters. */
  _exactScore(letters) {
    return letters ? this._hearing.gain(letters) + 2 * BORDER : 0;
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
function saysWhole(form, { readings }) {
  const words = wordsOf(form);
  const alone = ({ text, content }) => words.length > 0 && within(content, words) && within(words, wordsOf(text));
  return readings.some((reading) => isSaidWhole(form, reading.text) || alone(reading));
}

/** Whether a text says a number that a form lacks, beside a word of the form. */
function saysAnotherNumber(form, { readings, figures }) {
  const words = wordsOf(form);
  if (readings.some(({ content }) => within(content, words))) return false;
  const spoken = wordsOf(figures);
  const beside = (place) => words.includes(spoken[place - 1]) || words.includes(spoken[place + 1]);
  return spoken.some((word, place) => isFigures(word) && !words.includes(word) && beside(place));
}

const within = (some, all) => some.every((word) => all.includes(word));
