/** Suggestions while a text is typed: which entities it may become, without the encoder, as in `edge_er/ranking/suggest.py`. */

import { nameSpan, withoutCarrier, wordsOf } from "../text/carriers.js";
import { CompletionIndex } from "../text/completions.js";
import constants from "../data/constants.js";
import { NgramIndex, ngrams, quarterLog2 } from "../text/ngrams.js";
import { characters } from "../text/canonical.js";
import { Numbers } from "../text/numbers.js";
import { SoundCodes } from "../text/sound_codes.js";

const SUGGEST = constants.suggest;
const NOBODY = new Map();

/** @typedef {{text: string, finished: boolean}} TypedText canonical, and whether a space stands after its last word */

/** One set of forms that a text may become, a catalog's or a person's own. */
export class FormSuggestions {
  /**
   * @param {object} set
   * @param {string[]} set.forms in canonical text
   * @param {ArrayLike<number>} set.owners the entity of each; forms of an entity lie together, its name first
   * @param {ArrayLike<number>} set.demand of each form's entity
   * @param {string} lang
   * @param {{phonetic: string, numbers: string}} tables
   * @param {import("../text/carriers.js").CarrierWords} carriers
   * @param {object} [options]
   * @param {boolean} [options.bySound] whether what sounds alike is found where nothing else fits
   * @param {NgramIndex} [options.pieces] the sound pieces of the forms, where there are some already
   * @param {FormSuggestions} [options.base] of the catalog that these forms stand beside; their indices follow its forms,
   *   and sound pieces are worth what they are there
   */
  constructor({ forms, owners, demand }, lang, tables, carriers, { bySound = true, pieces, base } = {}) {
    this.owners = owners;
    this.demand = demand;
    this.count = forms.length;
    this._first = base ? base.count : 0;
    this._firstEntity = base ? base.owners[base.count - 1] + 1 : 0; // entities stand in their order
    this._carriers = carriers;
    this._lengths = forms.map((form) => characters(form).length);
    this.index = new CompletionIndex(carriers, forms, base?.index);
    this._fold = new SoundCodes(tables.phonetic, lang);
    this._numbers = new Numbers(tables.numbers, lang);
    if (base ? base.pieces : bySound) {
      this.pieces = pieces ?? new NgramIndex(forms.map((form) => this._fold.fold(form)), base?.pieces);
      this._worths = base?.pieces ?? this.pieces;
    }
  }

  /** The forms that the text may become, as it stands and in at most `most` other spellings of its numbers. */
  *completed({ text, finished }, most) {
    const others = most ? this._numbers.otherReadings(text, this.index).slice(0, most) : [];
    for (const each of [text, ...others]) yield this.index.fits(each, finished);
  }

  /** The forms that it may become without a slip in one of its words. */
  *corrected({ text, finished }) {
    for (const each of this.index.withoutSlip(text, finished)) yield this.index.fits(each, finished);
  }

  /** The forms that share sound pieces with the name in the text. */
  *similar({ text }) {
    if (!this.pieces) return;
    const span = nameSpan(wordsOf(text), this._carriers, this.index);
    const code = this._fold.fold(withoutCarrier(text, this._carriers, span));
    const shared = this.pieces.shared(code);
    let there = 0;
    for (const piece of ngrams(code)) there += this._worths.worth(piece);
    const forms = [];
    for (let form = 0; form < shared.length; form++) {
      if (shared[form] > 0 && shared[form] * SUGGEST.similar_share >= there) forms.push(form);
    }
    yield { forms, scores: forms.map((form) => SUGGEST.similar * shared[form] - this.pieces.totals[form]) };
  }

  /**
   * The names of entities that are asked for; own entries give entities of the catalog no other name here.
   * @param {Map<number, number>} favour what this person asked for, by entity
   */
  *popular(favour) {
    const forms = [];
    for (let form = 0; form < this.count; form++) {
      const named = this.owners[form] >= this._firstEntity && !this._isAlias(form);
      if (named && (this.demand[form] > 0 || favour.has(this.owners[form]))) forms.push(form);
    }
    yield { forms, scores: forms.map(() => 0) };
  }

  /** The candidate of one of the forms. */
  candidate(form, fit, favour) {
    const demand = this.demand[form];
    const asked = demand + (favour.get(this.owners[form]) ?? 0);
    return {
      entity: this.owners[form],
      form: form + this._first,
      score: fit + SUGGEST.demand * asked - (this._isAlias(form) ? SUGGEST.alias : 0),
      demand,
      length: this._lengths[form],
    };
  }

  _isAlias(form) {
    return form > 0 && this.owners[form] === this.owners[form - 1];
  }
}

/**
 * At most `k` entities that a text may become, best first.
 * @param {FormSuggestions[]} sets a catalog's forms, and a person's own
 * @param {TypedText} typed
 * @param {number} k
 * @param {number} [numbers] how many other spellings of its numbers are read
 * @param {Uint8Array | null} [allowed] whether each entity may be suggested; null for all
 * @param {Map<number, number>} [favour] what this person asked for, by entity, see `favourOf`
 * @returns {{entity: number, form: number, score: number}[]}
 */
export function suggested(sets, typed, k, numbers = 0, allowed = null, favour = NOBODY) {
  const best = (fits) => {
    const found = new Best(k);
    for (const set of sets) {
      for (const { forms, scores } of fits(set)) {
        forms.forEach((form, place) => {
          if (!allowed || allowed[set.owners[form]]) found.add(set.candidate(form, scores[place], favour));
        });
      }
    }
    return found.list.map(({ entity, form, score }) => ({ entity, form, score }));
  };
  if (!typed.text) return best((set) => set.popular(favour));
  for (const fits of [(set) => set.completed(typed, numbers), (set) => set.corrected(typed), (set) => set.similar(typed)]) {
    const found = best(fits);
    if (found.length) return found;
  }
  return [];
}

/**
 * Quarters of a doubling of how often a person asked for an entity: floor(4 log2(1 + count)), within a limit.
 * @param {number} count
 * @returns {number}
 */
export function favourOf(count) {
  const most = 2 << (SUGGEST.favour_most >> 2);
  return Math.min(quarterLog2(Math.trunc(Math.min(count, most)) + 1), SUGGEST.favour_most);
}

/** The best form of each of the `k` best entities, in their order; what is not among them yet is not remembered. */
class Best {
  constructor(k) {
    this._k = k;
    this.list = [];
  }

  add(candidate) {
    const { list } = this;
    if (list.length === this._k && !isBetter(candidate, list[list.length - 1])) return;
    const same = list.findIndex(({ entity }) => entity === candidate.entity);
    if (same >= 0) {
      if (!isBetter(candidate, list[same])) return;
      list.splice(same, 1);
    }
    let place = list.length;
    while (place > 0 && isBetter(candidate, list[place - 1])) place--;
    list.splice(place, 0, candidate);
    if (list.length > this._k) list.pop();
  }
}

/** Higher score, then higher demand, shorter form, smaller entity, smaller form. */
function isBetter(one, other) {
  const order =
    other.score - one.score ||
    other.demand - one.demand ||
    one.length - other.length ||
    one.entity - other.entity ||
    one.form - other.form;
  return order < 0;
}
