/**
 * Word scores: how much the whole words that a request and a form share speak for the form, in any order, in eighths of a
 * bit, as in `edge_er/text/words.py`.
 */

import { nameSpan, wordsOf } from "./carrier.js";
import constants from "./data/constants.js";
import { characters } from "./normalize.js";

const COSTS = constants.words;

/** The score of forms that the words of a request say nothing about. */
export const NO_SCORE = -(2 ** 30);

/** An inverted list: word to the forms that have it, with what it gains and what leaving it out costs. */
export class WordIndex {
  /**
   * @param {import("./hearing.js").Hearing} hearing of the language that is spoken
   * @param {import("./carrier.js").CarrierWords} carriers
   * @param {string[]} forms in canonical text
   * @param {WordIndex} [base] of the catalog that these forms stand beside: it says which words many names have, and its
   *   words count as words of names too
   */
  constructor(hearing, carriers, forms, base) {
    this._base = base;
    this._carriers = carriers;
    this._words = new Map();
    const held = forms.map((form) => new Set(wordsOf(form)));
    held.forEach((words, form) => {
      for (const word of words) {
        const known = this._words.get(word);
        if (known) known.forms.push(form);
        else this._words.set(word, { forms: [form] });
      }
    });
    /** Words that many names have. */
    this.common = base ? base.common : this._common(forms.length);
    for (const [word, known] of this._words) {
      known.worth = Math.max(hearing.gain(word), 1);
      known.weak = carriers.words.has(word) || carriers.fillers.has(word);
      known.gain = known.weak ? Math.min(known.worth, COSTS.weak_gain) : known.worth;
      known.omission = this._omission(word);
    }
    this._sizes = Int32Array.from(held, (words) => words.size);
    this._omitted = new Int32Array(forms.length);
    this._worth = new Int32Array(forms.length);
    for (const { forms: having, omission, worth } of this._words.values()) {
      for (const form of having) {
        this._omitted[form] += omission;
        this._worth[form] += worth;
      }
    }
    this._texts = forms.map((form) => ` ${form} `);
  }

  /** The words that many forms have. */
  _common(forms) {
    const many = ([, { forms: having }]) =>
      having.length * COSTS.common_share > forms && having.length >= COSTS.common_least;
    return new Set(Array.from(this._words).filter(many).map(([word]) => word));
  }

  /** What leaving the word of a form out costs. */
  _omission(word) {
    if (this._carriers.fillers.has(word)) return COSTS.omitted_filler;
    if (/^[0-9]+$/.test(word)) return COSTS.omitted_number;
    return this.common.has(word) || this._carriers.words.has(word) ? COSTS.omitted_common : COSTS.omitted;
  }

  /**
   * Whether a form, or one of the catalog beside it, has the word.
   * @param {string} word
   * @returns {boolean}
   */
  has(word) {
    return this._words.has(word) || (this._base?.has(word) ?? false);
  }

  /**
   * What the words of canonical `request` say about every form: its score, `NO_SCORE` where they say nothing; whether it
   * is a phrase of the request; and whether it is said in part and nothing else is.
   * @param {string} request
   * @param {import("./carrier.js").Span} [span] words of the name; by default those that `nameSpan` finds with these words
   * @returns {{scores: Int32Array, phrases: Uint8Array, parts: Uint8Array}} each [forms]
   */
  scores(request, span = nameSpan(wordsOf(request), this._carriers, this)) {
    const count = this._sizes.length;
    const scores = new Int32Array(count); // gains and omissions of what is said, summed up word by word
    const said = new Int32Array(count);
    const explained = new Int32Array(count); // what the words that a form has would cost if it had them not
    const content = new Int32Array(count);
    const strong = new Uint8Array(count);
    let left = 0;
    let wanted = 0;
    for (const { word, cost, needed } of this._said(request, span)) {
      left += cost;
      if (needed) wanted++;
      const known = this._words.get(word);
      if (!known) continue;
      for (const form of known.forms) {
        scores[form] += known.gain + known.omission;
        said[form]++;
        explained[form] += cost;
        if (needed) content[form]++;
        if (!known.weak) strong[form] = 1;
      }
    }
    const phrases = new Uint8Array(count);
    const parts = new Uint8Array(count);
    for (let form = 0; form < count; form++) {
      const holds = said[form] > 0 && content[form] === wanted;
      const rest = left - explained[form];
      if (said[form] === this._sizes[form] && (strong[form] || holds)) {
        scores[form] = this._worth[form] - Math.min(rest, COSTS.sentence);
        phrases[form] = holds || ` ${request} `.includes(this._texts[form]) ? 1 : 0;
      } else {
        const scored = holds && strong[form];
        scores[form] = scored ? scores[form] - this._omitted[form] - rest : NO_SCORE;
        parts[form] = scored && rest === 0 ? 1 : 0;
      }
    }
    return { scores, phrases, parts };
  }

  /** Each word of a request once, what it costs where a form does not have it, and whether a form must have it. */
  _said(request, span) {
    const words = wordsOf(request);
    const ofName = new Set(words.slice(...span));
    return Array.from(new Set(words), (word) => {
      const needed = ofName.has(word) && !this._carriers.words.has(word);
      const each = needed ? COSTS.left : COSTS.carrier_left;
      return { word, needed, cost: ofName.has(word) ? each * characters(word).length : 0 };
    });
  }
}
