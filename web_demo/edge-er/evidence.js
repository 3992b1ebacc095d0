/**
 * What speaks for a form: vectors, hearing, words, sounds and demand, in whole numbers, as in `edge_er/ranking/evidence.py`.
 */

import { carrierWords, nameSpan, withoutCarrier, wordsOf } from "./carrier.js";
import constants from "./data/constants.js";
import { BundleCorruptError } from "./errors.js";
import { Hearing } from "./hearing.js";
import { GramIndex } from "./lexical.js";
import { SoundFold } from "./phonetic.js";
import { ExactIndex } from "./search.js";
import { NO_SCORE, WordIndex } from "./words.js";

const SHORT_FORM = constants.evidence.short_form;
const RETIRED = ["letter_match", "letter_edit", "sound_match", "sound_edit"]; // old bundles have them, as 0

const DEFAULTS = constants.rerank;

/**
 * The weights of a manifest; what it does not say keeps its default.
 * @param {Record<string, unknown>} told
 * @returns {typeof DEFAULTS}
 * @throws {BundleCorruptError} a weight is no whole number from 0 up, or one that is no longer read is not 0
 */
export function rerankWeights(told) {
  for (const name of RETIRED) {
    if (name in told && told[name] !== 0) {
      throw new BundleCorruptError(
        `manifest.json, rerank.${name}: expected 0, found ${JSON.stringify(told[name])}; this edge-er does not rank by ` +
          "edit distances, so fit the weights and build the bundle again",
      );
    }
  }
  const weights = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) {
    if (!(name in told)) continue;
    const least = name === "dense_forms" || name === "head_forms" ? 1 : 0;
    if (!Number.isInteger(told[name]) || told[name] < least) {
      throw new BundleCorruptError(
        `manifest.json, rerank.${name}: expected a whole number from ${least} up, ` +
          `found ${JSON.stringify(told[name])}; build the bundle again`,
      );
    }
    weights[name] = told[name];
  }
  return weights;
}

/**
 * @typedef {object} Hypothesis one text of an utterance
 * @property {string} text canonical
 * @property {Int8Array} vector
 * @property {number} weight
 */

/** The evidence for one set of forms, a catalog's or a person's own. */
export class FormEvidence {
  /**
   * @param {object} set
   * @param {string[]} set.forms in canonical text
   * @param {Int8Array} set.vectors [forms · dim]
   * @param {Int32Array} set.owners the entity of each form
   * @param {Int32Array} set.demand of each form's entity
   * @param {string} lang
   * @param {ReturnType<typeof rerankWeights>} weights
   * @param {{phonetic: string, hearing: string}} tables
   * @param {FormEvidence} [like] sound pieces and words are worth what they are there
   */
  constructor({ forms, vectors, owners, demand }, lang, weights, tables, like) {
    this._forms = forms;
    this._index = new ExactIndex(vectors, forms.length);
    this._owners = owners;
    this._demand = demand;
    this._weights = weights;
    this._entities = new Set(owners).size;
    this._fold = new SoundFold(tables.phonetic, lang);
    this._carriers = carrierWords(tables.hearing);
    if (weights.heard || weights.words) this._hearing = new Hearing(tables.hearing, lang, forms, this._carriers);
    if (weights.words) this.words = new WordIndex(this._hearing, this._carriers, forms, like?.words);
    if (weights.sound_pieces || weights.sound_forms) {
      const sounds = forms.map((form) => this._fold.fold(form));
      this.pieces = new GramIndex(sounds, like?.pieces);
    }
  }

  /**
   * Candidates of at least `k` entities where there are as many, and the weighted mean of what speaks for them.
   * @param {Hypothesis[]} hypotheses
   * @param {number} k
   * @param {Uint8Array | null} allowed whether each entity may be a candidate; null for all
   * @returns {{form: number, entity: number, parts: Record<string, number>}[]} by form
   */
  pool(hypotheses, k, allowed) {
    const heard = hypotheses.map((hypothesis) => this._heard(hypothesis));
    const forms = this._candidates(heard, k, allowed);
    const pool = forms.map((form) => ({ form, entity: this._owners[form], parts: {} }));
    const total = heard.reduce((sum, { weight }) => sum + weight, 0);
    for (const each of heard) this._addParts(each, forms, pool, each.weight / total);
    return pool;
  }

  _heard({ text, vector, weight }) {
    const span = nameSpan(wordsOf(text), this._carriers, this.words);
    const name = withoutCarrier(text, this._carriers, span);
    const shared = this.pieces ? this.pieces.shared(this._fold.fold(name)) : null;
    const words = this.words ? this.words.scores(text, span) : null;
    return { text, span, shared, words, weight, dots: this._index.dots(vector) };
  }

  /** Forms nearest by vector, by sound and by words, ascending; more by vector while they are of fewer than `k` entities. */
  _candidates(heard, k, allowed) {
    const { dense_forms: dense, sound_forms: sounding, words: most } = this._weights;
    const among = allowed && Array.from(this._owners.keys()).filter((form) => allowed[this._owners[form]]);
    const entities = among ? new Set(among.map((form) => this._owners[form])).size : this._entities;
    const forms = among ? among.length : this._forms.length;
    const best = (scores, count) => (among ? bestAmong(scores, count, among) : bestForms(scores, count));
    const bySound = sounding ? heard.flatMap(({ shared }) => best(this._soundScores(shared), sounding)) : [];
    const said = this.words ? heard.map(({ words }) => words) : [];
    const byWords = said.flatMap((words) => best(words, most).filter((form) => words[form] > NO_SCORE));
    for (let count = dense; ; count *= 2) {
      const pool = new Set([...bySound, ...byWords]);
      for (const { dots } of heard) for (const form of best(dots, count)) pool.add(form);
      const found = new Set(Array.from(pool, (form) => this._owners[form])).size;
      if (count >= forms || found >= Math.min(k, entities)) return Array.from(pool).sort((one, other) => one - other);
    }
  }

  _soundScores(shared) {
    const { totals } = this.pieces;
    const scores = new Float64Array(shared.length);
    for (let form = 0; form < shared.length; form++) scores[form] = shared[form] / (totals[form] + SHORT_FORM);
    return scores;
  }

  /** Add what one text says for each form, times its share, to the parts of the candidates. */
  _addParts({ text, span, shared, words, dots }, forms, pool, share) {
    const weights = this._weights;
    const heard = weights.heard ? this._hearing.worth(text, forms, span) : null;
    if (heard && words) forms.forEach((form, place) => (heard[place] = Math.max(heard[place], words[form])));
    forms.forEach((form, place) => {
      const said = {
        dense: dots[form],
        heard: heard ? weights.heard * heard[place] : 0,
        popularity: weights.popularity * this._demand[form],
        pieces: weights.sound_pieces ? weights.sound_pieces * shared[form] : 0,
      };
      const { parts } = pool[place];
      for (const name in said) parts[name] = (parts[name] ?? 0) + share * said[name];
    });
  }
}

/** The same as `bestForms` of the forms with some indices. */
function bestAmong(scores, count, among) {
  return bestForms(
    Float64Array.from(among, (form) => scores[form]),
    count,
  ).map((place) => among[place]);
}

/**
 * Indices of the `count` highest scores, best first, ties by index.
 * @param {ArrayLike<number>} scores
 * @param {number} count
 * @returns {number[]}
 */
export function bestForms(scores, count) {
  if (count * 16 > scores.length) {
    const order = Array.from(scores, (_, form) => form);
    return order.sort((one, other) => scores[other] - scores[one] || one - other).slice(0, count);
  }
  const best = [];
  let least = -Infinity;
  for (let form = 0; form < scores.length; form++) {
    const score = scores[form];
    if (best.length === count && score <= least) continue;
    let place = best.length === count ? count - 1 : best.length;
    while (place > 0 && scores[best[place - 1]] < score) {
      best[place] = best[place - 1];
      place--;
    }
    best[place] = form;
    least = scores[best[best.length - 1]];
  }
  return best;
}
