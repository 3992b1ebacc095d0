/** Evidence to a decision: how sure each candidate is, and whether to answer, as in `edge_er/decision/calibration.py`. */

import constants from "../data/constants.js";
import { BundleCorruptError } from "../errors.js";

export const COMPARED = constants.decision.compared; // candidates that share the confidence
const SHARING = constants.decision.sharing; // candidates that share the evidence
const DEFAULTS = constants.calibration;

/**
 * @typedef {object} Standing how the candidates of one request stand
 * @property {number[]} scores best first
 * @property {Record<string, number>} signs of the best one, by name
 */

/** Weights of the signs, and what confidence a wanted precision needs. */
export class Calibration {
  /**
   * @param {Record<string, any>} told by a manifest; what it does not say keeps its default
   * @throws {BundleCorruptError} a value is no finite number or curve, or out of its range
   */
  constructor(told) {
    for (const [name, value] of Object.entries(DEFAULTS)) this[name] = name in told ? told[name] : value;
    for (const name of ["choice", "bias", "temperature", "spread", "rival", "twin", "min_precision"]) {
      if (!Number.isFinite(this[name])) throw wrong(name, "a number", this[name]);
    }
    if (this.choice < 0) throw wrong("choice", "a number, 0 or more", this.choice);
    if (this.spread < 0) throw wrong("spread", "a number, 0 or more", this.spread);
    if (this.temperature <= 0) throw wrong("temperature", "a number above 0", this.temperature);
    if (!(this.min_precision > 0 && this.min_precision < 1)) {
      throw wrong("min_precision", "a number above 0 and below 1", this.min_precision);
    }
    const fine = (weight) => Number.isFinite(weight) && weight >= 0;
    if (typeof this.weights !== "object" || !this.weights || !Object.values(this.weights).every(fine)) {
      throw wrong("weights", "a number, 0 or more, for each sign", this.weights);
    }
    checkCurve("knots", this.knots);
    checkCurve("precision", this.precision);
    if (!this.precision.length) throw wrong("precision", "a list of [x, y]", this.precision);
  }

  /**
   * Check that every feature with a weight is known.
   * @param {string[]} known
   * @throws {BundleCorruptError} one is not
   */
  checkFeatures(known) {
    const missing = Object.keys(this.weights).filter((name) => !known.includes(name)).sort();
    if (missing.length) throw wrong("weights", `weights of ${[...known].sort().join(", ")}`, missing.join(", "));
  }

  /**
   * Confidence in [0, 1] of each candidate.
   * @param {Standing} standing
   * @returns {number[]}
   */
  confidences(standing) {
    const odds = this._odds(standing.scores);
    const best = this._confidence(this._evidence(standing)) / equal(odds.slice(0, COMPARED));
    return odds.map((each) => best * each);
  }

  /**
   * The confidence from which on answers are right at least that often; by default the bundle's own wish.
   * @param {number} [minPrecision]
   * @returns {number}
   * @throws {TypeError} it is no number
   * @throws {RangeError} it is not between 0 and 1
   */
  needed(minPrecision) {
    const wanted = minPrecision ?? this.min_precision;
    if (typeof wanted !== "number") throw new TypeError(`expected minPrecision as a number, found ${typeof wanted}`);
    if (!(wanted > 0 && wanted < 1)) {
      throw new RangeError(`expected minPrecision between 0 and 1, both excluded, found ${wanted}`);
    }
    return onCurve(this.precision, wanted);
  }

  /**
   * What to answer: "match" where the best candidate is sure enough, "ambiguous" where only it or a rival is; neither where
   * the request says another number than the best candidate has.
   * @param {Standing} standing
   * @param {number} [minPrecision]
   * @returns {"match" | "ambiguous" | "no_match"}
   */
  decide(standing, minPrecision) {
    return this.decideAt(standing, this.needed(minPrecision));
  }

  /**
   * The same where an answer needs a confidence of `needed`.
   * @param {Standing} standing
   * @param {number} needed
   * @returns {"match" | "ambiguous" | "no_match"}
   */
  decideAt(standing, needed) {
    if ((standing.signs.number ?? 0) <= -1) return "no_match";
    const odds = this._odds(standing.scores.slice(0, COMPARED));
    const confidences = this.confidences(standing);
    if (this.tied(standing) === 1 && confidences[0] >= needed) return "match";
    const rivals = odds.filter((each) => each >= this.rival).length;
    const joint = Math.min(
      total(confidences.slice(0, rivals)),
      this._confidence(this._evidence(standing, rivals)),
    );
    return rivals > 1 && joint >= needed ? "ambiguous" : "no_match";
  }

  /**
   * How many of the first candidates cannot be told apart from the best one, itself included.
   * @param {Standing} standing
   * @returns {number}
   */
  tied({ scores }) {
    const near = this._odds(scores.slice(0, COMPARED)).filter((each) => each >= this.twin);
    return Math.min(scores.length, Math.max(1, near.length));
  }

  /** How much speaks for one of the first `among` candidates being right; of those of the best score by default. */
  _evidence({ scores, signs }, among) {
    let sum = 0;
    for (const [name, weight] of Object.entries(this.weights)) {
      sum += weight * signs[name];
    }
    const first = among ?? scores.slice(0, COMPARED).filter((score) => score === scores[0]).length;
    const odds = oddsOf(scores.slice(0, SHARING), this.spread || this.temperature);
    return sum + this.choice * Math.log(total(odds.slice(0, first)) / total(odds)) + this.bias;
  }

  _confidence(evidence) {
    return this.knots.length ? onCurve(this.knots, evidence) : 1 / (1 + Math.exp(-evidence));
  }

  _odds(scores) {
    return oddsOf(scores, this.temperature);
  }
}

const oddsOf = (scores, unit) => scores.map((score) => Math.exp((score - scores[0]) / unit));

/** How many candidates have the best score. */
const equal = (odds) => odds.filter((each) => each === 1).length;

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/** The height of `points` at `value`: straight between two of them, level beyond the ends. */
function onCurve(points, value) {
  if (value <= points[0][0]) return points[0][1];
  for (let i = 1; i < points.length; i++) {
    const [left, low] = points[i - 1];
    const [right, high] = points[i];
    if (value <= right) return low + ((high - low) * (value - left)) / (right - left);
  }
  return points[points.length - 1][1];
}

function checkCurve(name, points) {
  const isPoint = (point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite);
  if (!Array.isArray(points) || !points.every(isPoint)) throw wrong(name, "a list of [x, y]", points);
  const ascends = points.every(([x, y], i) => !i || (points[i - 1][0] < x && points[i - 1][1] <= y));
  if (!ascends || !points.every(([, y]) => y >= 0 && y <= 1)) {
    throw wrong(name, "points that ascend, with heights from 0 to 1", points);
  }
}

function wrong(name, expected, found) {
  return new BundleCorruptError(
    `manifest.json, calibration.${name}: expected ${expected}, found ${JSON.stringify(found)}; build the bundle again`,
  );
}
