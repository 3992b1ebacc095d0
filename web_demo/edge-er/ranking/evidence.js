/**
 * What speaks for a form: vectors, hearing, words, sounds and demand, in whole numbers, as in `edge_er/ranking/evidence.py`.
 */

import { carrierWords, nameSpan, withoutCarrier, wordsOf } from "../text/carriers.js";
import constants from "../data/constants.js";
import { ExactIndex } from "../index/exact.js";
import { ScanKernel } from "../kernels/search.js";
import { BundleCorruptError } from "../errors.js";
import { bestAmong, bestForms, bestOf, distinct } from "./candidates.js";
import { Misrecognition } from "../text/misrecognition.js";
import { NgramIndex } from "../text/ngrams.js";
import { Numbers } from "../text/numbers.js";
import { SoundCodes } from "../text/sound_codes.js";
import { NO_SCORE, WordIndex } from "../text/words.js";

const { short_form: SHORT_FORM, shares: SHARES } = constants.evidence;
const COSTS = constants.words;
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
   * @param {Int32Array} set.owners the entity of each form; the first of its forms is its main name
   * @param {Int32Array} set.demand of each form's entity
   * @param {import("../kernels/kernels.js").Kernels | null} [set.kernels] that compute loops over forms
   * @param {string} lang
   * @param {ReturnType<typeof rerankWeights>} weights
   * @param {{phonetic: string, hearing: string, numbers: string}} tables
   * @param {FormEvidence} [like] sound pieces and words are worth what they are there
   */
  constructor({ forms, vectors, owners, demand, kernels = null }, lang, weights, tables, like) {
    this.forms = forms;
    this._index = kernels ? new ScanKernel(kernels, vectors, forms.length) : new ExactIndex(vectors, forms.length);
    this._owners = owners;
    this._demand = demand;
    this._weights = weights;
    this._entities = new Set(owners).size;
    // What a request says of all forms, by text and by reading: the next one overwrites it.
    this._dots = [];
    this._said = [];
    this._seen = new Uint8Array(forms.length);
    this._fold = new SoundCodes(tables.phonetic, lang);
    this.carriers = carrierWords(tables.hearing);
    const options = { carriers: this.carriers, kernels };
    if (weights.heard || weights.words) this.misrecognition = new Misrecognition(tables.hearing, lang, forms, options);
    if (weights.numbers) this._numbers = new Numbers(tables.numbers, lang);
    if (weights.words) this.words = new WordIndex(this.misrecognition, this.carriers, forms, like?.words);
    if (weights.sound_pieces || weights.sound_forms) {
      const sounds = forms.map((form) => this._fold.fold(form));
      this.pieces = new NgramIndex(sounds, like?.pieces);
      this._sounding = new Float64Array(forms.length);
      if (kernels) this.pieces.useKernels(kernels, Float64Array.from(this.pieces.totals, (total) => total + SHORT_FORM));
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
    const heard = hypotheses.map((hypothesis, place) => this._heard(hypothesis, place, allowed));
    const forms = this._candidates(heard, k, allowed);
    const [dense, phrase, sounding, popularity, pieces] = Array.from({ length: 5 }, () => new Float64Array(forms.length));
    const sums = { dense, phrase, heard: sounding, popularity, pieces };
    const total = heard.reduce((sum, { weight }) => sum + weight, 0);
    for (const each of heard) this._addParts(each, forms, sums, this._share(each.weight / total));
    return forms.map((form, at) => {
      const parts = { dense: dense[at], phrase: phrase[at], heard: sounding[at], popularity: popularity[at], pieces: pieces[at] };
      return { form, entity: this._owners[form], parts };
    });
  }

  /** With words, shares are rounded so that all sums are exact: what nothing tells apart has the very same score. */
  _share(share) {
    return this.words ? Math.floor(share * SHARES + 0.5) / SHARES : share;
  }

  /** What one text says for all forms: as it stands, and with its numbers spelled otherwise. */
  _heard({ text, vector, weight }, place, allowed) {
    const others = this._numbers ? this._numbers.otherReadings(text, this.words).slice(0, this._weights.numbers) : [];
    const said = (this._said[place] ??= []);
    const readings = [text, ...others].map((each, at) => this._read(each, (said[at] ??= {}), allowed));
    const sure = others.length > 0 && this._numbers.isSure(text, others[0]);
    const same = vector.reduce((sum, each) => sum + each * each, 0);
    this._dots[place] = this._index.dots(vector, this._dots[place]);
    const near = allowed ? null : (this._index.best?.(this._weights.dense_forms) ?? null);
    return { readings, sure, weight, dots: this._dots[place], near, same };
  }

  /** What one reading says for all forms; of all of them, kernels find those of the best sums where these still lie. */
  _read(text, said, allowed) {
    const span = nameSpan(wordsOf(text), this.carriers, this.words);
    const name = withoutCarrier(text, this.carriers, span);
    if (this.pieces) said.shared = this.pieces.shared(this._fold.fold(name), said.shared);
    if (this.words) said.words = this.words.scores(text, span, said.words);
    const { shared = null, words = null } = said;
    const near = shared && !allowed && this._weights.sound_forms ? this.pieces.best(this._weights.sound_forms) : null;
    return { text, span, name, shared, near, words };
  }

  /** Forms nearest by vector, by sound and by words, ascending; more by vector while they are of fewer than `k` entities. */
  _candidates(heard, k, allowed) {
    const { dense_forms: dense, sound_forms: sounding, words: most } = this._weights;
    const among = allowed && Array.from(this._owners.keys()).filter((form) => allowed[this._owners[form]]);
    const entities = among ? new Set(among.map((form) => this._owners[form])).size : this._entities;
    const forms = among ? among.length : this.forms.length;
    const best = (scores, count) => (among ? bestAmong(scores, count, among) : bestForms(scores, count));
    const chosen = [];
    for (const { readings } of heard) {
      for (const { shared, words, near } of readings) {
        if (sounding) chosen.push(near ?? best(this._soundScores(shared), sounding));
        if (!words) continue;
        const fine = (form) => words.scores[form] > NO_SCORE && (!allowed || allowed[this._owners[form]]);
        chosen.push(bestOf(words.forms.filter(fine), words.scores, most));
      }
    }
    for (let count = dense; ; count *= 2) {
      const nearest = heard.map(({ dots, near }) => (count === dense && near ? near : best(dots, count)));
      const pool = distinct([...chosen, ...nearest], this._seen);
      if (count >= forms || this._haveEntities(pool, Math.min(k, entities))) return pool;
    }
  }

  /** Whether forms are of so many entities. */
  _haveEntities(forms, least) {
    const found = new Set();
    for (let at = 0; at < forms.length && found.size < least; at++) found.add(this._owners[forms[at]]);
    return found.size >= least;
  }

  /** How much of each form's sounds a reading shares; overwritten by the next. */
  _soundScores(shared) {
    const { totals } = this.pieces;
    const scores = this._sounding;
    for (let form = 0; form < shared.length; form++) scores[form] = shared[form] / (totals[form] + SHORT_FORM);
    return scores;
  }

  /** Misrecognition scores of forms for one reading, or their word scores where these are higher. */
  _worth({ text, span, words }, forms) {
    const worth = this.misrecognition.worth(text, forms, span);
    if (words) forms.forEach((form, place) => (worth[place] = Math.max(worth[place], words.scores[form])));
    return worth;
  }

  /** Add what one text says for each form, times its share, to the sums of the candidates. */
  _addParts(heard, forms, sums, share) {
    const weights = this._weights;
    const worths = weights.heard ? heard.readings.map((reading) => this._worth(reading, forms)) : [];
    const each = forms.map((form, place) => this._alone(heard, form, place, worths));
    const says = weights.heard && this.words ? this._amongEquals(withTies(each, forms, this.forms), forms) : each;
    for (let place = 0; place < says.length; place++) {
      const { dot, raised, worth, shared, meant } = says[place];
      sums.dense[place] += share * dot;
      sums.phrase[place] += share * (raised - dot);
      sums.heard[place] += share * (weights.heard * worth);
      sums.popularity[place] += share * (weights.popularity * this._demand[forms[place]] + weights.heard * meant);
      sums.pieces[place] += share * (weights.sound_pieces * shared);
    }
  }

  /** What one text says about one form, whatever the others are. */
  _alone({ readings, sure, dots, same }, form, place, worths) {
    // Number words have more letters than figures, so where they are sure, only the very name counts as it stands.
    const first = sure && this.forms[form] !== readings[0].name ? 1 : 0;
    let worth = worths.length > first ? worths[first][place] : 0;
    for (let at = first + 1; at < worths.length; at++) worth = Math.max(worth, worths[at][place]);
    let shared = 0;
    if (this._weights.sound_pieces) for (const each of readings) shared = Math.max(shared, each.shared[form]);
    const byWords = this._weights.heard && this.words ? readings.length : 0;
    let score = NO_SCORE;
    let phrase = false;
    let part = false;
    for (let at = sure ? 1 : 0; at < byWords; at++) {
      const { scores, phrases, parts } = readings[at].words;
      score = Math.max(score, scores[form]);
      phrase ||= phrases[form] === 1;
      part ||= parts[form] === 1;
    }
    const dot = dots[form];
    const raised = phrase ? Math.max(dot, same) : dot;
    return { dot, raised, worth, shared, meant: 0, score, phrase, part: part && !phrase, equal: null };
  }

  /** The same where nothing tells forms apart: they share what vectors and sounds say, and it is asked who is meant. */
  _amongEquals(each, forms) {
    const firsts = new Map();
    const groups = new Map();
    each.forEach(({ equal }, place) => {
      const first = firsts.get(equal);
      if (first === undefined) firsts.set(equal, place);
      else if (groups.has(first)) groups.get(first).push(place);
      else groups.set(first, [first, place]);
    });
    for (const places of groups.values()) {
      const most = (valueOf) => places.reduce((highest, place) => Math.max(highest, valueOf(place)), -Infinity);
      const raised = most((place) => each[place].raised);
      const shared = most((place) => each[place].shared);
      const demand = most((place) => this._demand[forms[place]]);
      const main = places.some((place) => this._isMain(forms[place]));
      for (const place of places) {
        const less = Math.min(COSTS.demand * (demand - this._demand[forms[place]]), COSTS.demand_most);
        const meant = -less - (main && !this._isMain(forms[place]) ? COSTS.alias : 0);
        Object.assign(each[place], { raised, shared, meant });
      }
    }
    return each;
  }

  /** Whether a form is the main name of its entity. */
  _isMain(form) {
    return form === 0 || this._owners[form] !== this._owners[form - 1];
  }
}

/**
 * The same with `equal`, what each form has in common with its equals. Where nothing but some words of several forms is
 * said, their word score counts: what else was heard is the carrier.
 */
function withTies(each, forms, texts) {
  const times = new Map();
  for (const { part, score } of each) if (part) times.set(score, (times.get(score) ?? 0) + 1);
  each.forEach((one, place) => {
    if (one.part && times.get(one.score) > 1) one.worth = one.score;
    const inPart = !one.phrase && one.score > NO_SCORE && one.score === one.worth;
    one.equal = inPart ? one.score : texts[forms[place]];
  });
  return each;
}
