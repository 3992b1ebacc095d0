/** Ranked candidates to features, confidence, decision, matches and explanations, as in `edge_er/decision/answers.py`. */

import constants from "../data/constants.js";
import { Calibration, COMPARED } from "./calibration.js";
import { ALONE, equals } from "./equals.js";
import { Features, knownFeatures } from "./features.js";
import { Numbers } from "../text/numbers.js";
import { SoundCodes } from "../text/sound_codes.js";

const SHARING_MEANT = constants.decision.sharing_meant;

/**
 * @typedef {import("../ranking/catalog.js").Candidate} Candidate
 * @typedef {import("../ranking/catalog.js").Catalog} Catalog
 * @typedef {import("../ranking/evidence.js").Hypothesis} Hypothesis
 */

/** Turns ranked candidates into answers. */
export class AnswerBuilder {
  /**
   * @param {Record<string, any>} manifest
   * @param {boolean} reranks whether other evidence than vectors ranks
   * @param {import("../ranking/evidence.js").FormEvidence} evidence of the catalog
   * @param {ReturnType<typeof import("../ranking/evidence.js").rerankWeights>} weights
   * @param {{phonetic: string, numbers: string}} tables
   */
  constructor(manifest, reranks, evidence, weights, tables) {
    const told = manifest.calibration ?? {};
    this.calibration = new Calibration(told[reranks ? "reranked" : "dense"] ?? told);
    this._typed = reranks && told.typed ? new Calibration(told.typed) : this.calibration;
    for (const each of [this.calibration, this._typed]) each.checkFeatures(knownFeatures(weights.heard));
    /** Scores are divided by it, so that they are in units of the cosine. */
    this.unit = manifest.index.scale ** 2;
    this._reranks = reranks;
    this._weights = weights;
    this._sounds = new SoundCodes(tables.phonetic, manifest.lang);
    const { misrecognition, carriers } = evidence;
    const weighed = [this.calibration.weights, this._typed.weights];
    const numbers = new Numbers(tables.numbers, manifest.lang);
    this._features = new Features(weighed, weights.heard ? misrecognition : null, carriers, numbers, weights.numbers);
  }

  /**
   * The confidence that an answer needs; see `Calibration.needed`.
   * @param {number | undefined} minPrecision
   * @param {boolean} typed
   * @returns {number}
   * @throws {TypeError} `minPrecision` is no number, or `typed` no boolean
   * @throws {RangeError} `minPrecision` is not between 0 and 1
   */
  needed(minPrecision, typed) {
    if (typeof typed !== "boolean") throw new TypeError(`expected typed as true or false, found ${typeof typed}`);
    return this._calibrationOf(typed).needed(minPrecision);
  }

  /**
   * The answer to `query`.
   * @param {string} query the request as the caller gave it
   * @param {Catalog} catalog that the indices in `ranked` are of
   * @param {Hypothesis[]} hypotheses of the utterance
   * @param {Candidate[]} ranked best first
   * @param {{topK: number, needed: number, typed: boolean, readable: boolean}} wanted `readable` says whether the encoder
   *   knows a token of one of the texts; else the decision is "no_match"
   * @returns {import("../resolver.js").Resolution}
   */
  resolution(query, catalog, hypotheses, ranked, { topK, needed, typed, readable }) {
    if (!ranked.length) return resolution(query, "no_match", [], 0);
    const scores = ranked.map((each) => this._score(each));
    const utterance = this._utterance(catalog, hypotheses, ranked);
    const same = this._equals(catalog, utterance, ranked, scores);
    const signs = this._signs(catalog, ranked[0], utterance, same);
    const standing = { scores: scores.map((score, place) => (place < same.count ? scores[0] : score)), signs };
    const calibration = this._calibrationOf(typed);
    const decision = readable ? calibration.decideAt(standing, needed) : "no_match";
    const confidences = readable ? calibration.confidences(standing) : [];
    const matches = ranked.slice(0, topK).map((candidate, place) => {
      const { id, name, aliases, metadata } = catalog.entity(candidate.entity);
      return { id, name, aliases, score: scores[place], confidence: confidences[place] ?? 0, metadata };
    });
    return resolution(query, decision, matches, calibration.tied(standing));
  }

  /**
   * The explanation of each of `ranked`; the margin of the last one is 0.
   * @param {Catalog} catalog
   * @param {Hypothesis[]} hypotheses
   * @param {Candidate[]} ranked
   * @returns {import("../resolver.js").Explanation[]}
   */
  explanations(catalog, hypotheses, ranked) {
    if (!ranked.length) return [];
    const scores = ranked.map((each) => this._score(each));
    const utterance = this._utterance(catalog, hypotheses, ranked);
    const same = this._equals(catalog, utterance, ranked, scores);
    return ranked.map((candidate, place) => {
      const { id, name } = catalog.entity(candidate.entity);
      const next = ranked[place + 1];
      const parts = Object.entries(candidate.parts).map(([part, value]) => [part, value / this.unit]);
      return {
        id,
        name,
        form: catalog.form(candidate.form),
        score: candidate.score / this.unit,
        margin: next ? (candidate.score - next.score) / this.unit : 0,
        parts: Object.fromEntries(parts),
        signs: this._signs(catalog, candidate, utterance, place < same.count ? same : ALONE),
      };
    });
  }

  _calibrationOf(typed) {
    return typed ? this._typed : this.calibration;
  }

  /** In units of the cosine; vectors alone give at most 1. */
  _score({ score, parts }) {
    const tooMuch = this._reranks ? 0 : Math.max(parts.dense - this.unit, 0);
    return (score - tooMuch) / this.unit;
  }

  /** What the features need to know of the texts; null where they need nothing. */
  _utterance(catalog, hypotheses, ranked) {
    return this._features.needTexts ? this._features.utterance(hypotheses, compared(catalog, ranked)) : null;
  }

  /** The first candidates that nothing tells apart; the first alone where no feature asks. */
  _equals(catalog, utterance, ranked, scores) {
    if (!utterance || !this._features.needEquals) return ALONE;
    const near = scores.slice(0, this._asLikelyMeant(ranked));
    return equals(utterance, compared(catalog, ranked), near, this._sounds);
  }

  /** How many of the first candidates are about as likely meant as the first, by main name and popularity. */
  _asLikelyMeant(ranked) {
    const meant = ranked.slice(0, COMPARED).map(({ parts }) => parts.popularity + (parts.favour ?? 0));
    const less = meant.findIndex((each) => meant[0] - each > SHARING_MEANT * this.unit);
    return less < 0 ? meant.length : less;
  }

  _signs(catalog, { form, parts }, utterance, same) {
    const heard = this._weights.heard ? parts.heard / this._weights.heard : 0;
    const text = utterance ? catalog.canonicalForm(form) : "";
    return this._features.of(parts.dense / this.unit, heard, text, utterance, catalog.size, same);
  }
}

const compared = (catalog, ranked) => ranked.slice(0, COMPARED).map(({ form }) => catalog.canonicalForm(form));

/** @returns {import("../resolver.js").Resolution} */
function resolution(query, decision, matches, tied) {
  return { query, decision, matches, best: decision === "no_match" ? null : (matches[0] ?? null), tied };
}
