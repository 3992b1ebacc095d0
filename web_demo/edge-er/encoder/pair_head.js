/**
 * The DiPair head, as in `edge_er/encoder/pair_head.py`: it reads the first tokens of a request and of a form together and scores
 * the pair.
 */

import constants from "../data/constants.js";
import { EncoderError } from "../errors.js";
import { normalise, TransformerLayer } from "./layers.js";
import { quantise } from "./quantise.js";
import { Weights } from "./weights.js";

const STEPS = constants.head.steps; // of a whole-number score for one unit of the head's
const FIELDS = ["request_tokens", "entity_tokens", "dim", "token_scale"];

/** The head of an encoder for the forms of a bundle. */
export class PairHead {
  /**
   * @param {Uint8Array} onnx contents of `head.onnx`
   * @param {import("./encoder.js").Encoder} encoder whose card has the head's shape
   * @param {(form: number) => string} textOf canonical text of a form
   * @param {{tokens: Int8Array, lengths: Uint8Array} | null} kept tokens of forms, where the bundle keeps them
   * @throws {EncoderError} the card has no such head, or the graph is another
   */
  constructor(onnx, encoder, textOf, kept) {
    const told = encoder.card.head ?? {};
    const missing = FIELDS.filter((field) => !(field in told));
    if (missing.length) {
      throw new EncoderError(`encoder.json, head: no ${missing.join(", ")}; train and export the head again`);
    }
    this._told = told;
    this._encoder = encoder;
    this._textOf = textOf;
    this._kept = kept;
    this._read(new Weights(onnx, "head.onnx"));
  }

  /**
   * What the head says of canonical `request` with each of `forms`, given by their index: whole numbers.
   * @param {string} request
   * @param {number[]} forms
   * @returns {number[]}
   */
  worth(request, forms) {
    const { request_tokens: most, dim } = this._told;
    const asked = this._encoder.tokens(request, "head_request").subarray(0, most * dim);
    return forms.map((form) => roundedHalfToEven(Math.fround(this._score(asked, this._tokensOf(form)) * STEPS)));
  }

  /** The same head for forms after those of the bundle; theirs are read at each request. */
  with(textOf) {
    return Object.assign(Object.create(PairHead.prototype), this, { _textOf: textOf });
  }

  _read(weights) {
    const dense = (layer, name) => weights.dense(`layers.${layer}.${name}.weight`, `layers.${layer}.${name}.bias`);
    this._epsilon = weights.epsilon;
    this._position = weights.tensor("position").data;
    this._norm = weights.norm("norm");
    this._layers = [];
    for (let layer = 0; weights.has(`layers.${layer}.inner.weight`); layer++) {
      const names = ["query", "key", "value", "output", "inner", "outer"];
      const norms = {
        attention: weights.norm(`layers.${layer}.attention_norm`),
        output: weights.norm(`layers.${layer}.norm`),
        epsilon: weights.epsilon,
      };
      const heads = weights.tensor(`layers.${layer}.shape.heads`).data[2];
      const matrices = Object.fromEntries(names.map((name) => [name, dense(layer, name)]));
      this._layers.push(new TransformerLayer(matrices, norms, heads, rectify));
    }
    this._weight = weights.tensor("score.weight").data;
    this._bias = weights.tensor("score.bias").data[0];
    const { request_tokens: asked, entity_tokens: named, dim } = this._told;
    if (this._position.length !== (asked + named) * dim || this._weight.length !== dim) {
      throw weights.wrong("another shape than encoder.json tells of its head");
    }
  }

  /** The first tokens of a form, rounded to int8 whether they are kept or read. */
  _tokensOf(form) {
    const { entity_tokens: most, dim, token_scale: scale } = this._told;
    const there = this._kept && form < this._kept.lengths.length;
    const start = form * most * dim;
    const tokens = there
      ? this._kept.tokens.subarray(start, start + this._kept.lengths[form] * dim)
      : quantise(this._encoder.tokens(this._textOf(form), "head_entity").subarray(0, most * dim), scale);
    return Float32Array.from(tokens, (value) => value / Math.fround(scale));
  }

  _score(asked, named) {
    const { request_tokens: most, dim } = this._told;
    const x = new Float64Array(asked.length + named.length);
    x.set(asked);
    x.set(named, asked.length);
    for (let at = 0; at < asked.length; at++) x[at] += this._position[at];
    for (let at = 0; at < named.length; at++) x[asked.length + at] += this._position[most * dim + at];
    normalise(x, x.length, dim, this._norm, this._epsilon);
    for (const layer of this._layers) layer.run(x, x.length / dim);
    return this._weight.reduce((sum, weight, i) => sum + weight * x[i], this._bias);
  }
}

/** Numbers below 0 become 0. */
function rectify(x, size) {
  for (let at = 0; at < size; at++) x[at] = Math.max(x[at], 0);
}

/**
 * What the head adds to the candidates of a close race: its score for the first forms, for the others the worst of
 * these.
 * @param {{form: number, parts: Record<string, number>}[]} pool gets a part `head`
 * @param {import("../ranking/catalog.js").Candidate[]} best the first two entities of all other evidence
 * @param {number[]} order of the candidates by all other evidence, best first
 * @param {import("../ranking/evidence.js").Hypothesis[]} hypotheses
 * @param {{head: number, head_forms: number, head_margin: number}} weights
 * @param {PairHead} head
 */
export function addHead(pool, best, order, hypotheses, weights, head) {
  const close = best.length > 1 && best[0].score - best[1].score < weights.head_margin;
  if (!close) {
    for (const { parts } of pool) parts.head = 0;
    return;
  }
  const chosen = order.slice(0, weights.head_forms);
  const total = hypotheses.reduce((sum, { weight }) => sum + weight, 0);
  const worth = new Float64Array(chosen.length);
  for (const { text, weight } of hypotheses) {
    head
      .worth(
        text,
        chosen.map((place) => pool[place].form),
      )
      .forEach((value, i) => (worth[i] += (weight / total) * value));
  }
  const least = worth.reduce((one, other) => Math.min(one, other));
  for (const { parts } of pool) parts.head = weights.head * least;
  chosen.forEach((place, i) => (pool[place].parts.head = weights.head * worth[i]));
}

function roundedHalfToEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
