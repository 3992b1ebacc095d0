/**
 * The encoder's graph in plain JavaScript: BERT's layers over int8 weights, brought back to floats when it is loaded.
 *
 * Sums are taken in double precision, so that the vector lies as near to the exact one as any float32 runtime's.
 */

import { geluTable } from "./gelu.js";
import { add, normalise, TransformerLayer } from "./layers.js";
import { multiply } from "./matrix.js";
import { quantise } from "./quantise.js";

const TINY = 1e-12;

/** Token ids to a vector of length 1. */
export class Transformer {
  /**
   * @param {import("./weights.js").Weights} weights
   * @param {import("./shape.js").Shape} shape that they have
   */
  constructor(weights, { heads, layers, width, vocabulary, maxTokens, dim }) {
    Object.assign(this, { width, vocabulary, maxTokens, dim });
    this._epsilon = weights.epsilon;
    this._table = weights.rows("token.table");
    this._projection = weights.has("token.projection") ? weights.dense("token.projection") : null;
    this._positions = weights.rows("position.table");
    this._embeddingNorm = weights.norm("embedding.norm");
    this._layers = Array.from({ length: layers }, (_, number) => layerOf(weights, number, heads));
    this._output = weights.has("output.projection") ? weights.dense("output.projection") : null;
    this._sides = new Map();
    for (const side of ["head_request", "head_entity"]) {
      if (weights.has(`${side}.projection`)) this._sides.set(side, weights.dense(`${side}.projection`));
    }
  }

  /**
   * The vector of a text's token ids.
   * @param {number[]} ids
   * @returns {Float32Array} [dim], of length 1
   */
  embed(ids) {
    const x = this._states(ids);
    const mean = new Float64Array(this.width);
    for (let start = 0; start < ids.length * this.width; start += this.width) {
      for (let i = 0; i < this.width; i++) mean[i] += x[start + i] / ids.length;
    }
    const vector = this._output ? multiply(mean, 1, this._output) : mean;
    let square = 0;
    for (const value of vector) square += value * value;
    const length = Math.max(Math.sqrt(square), TINY);
    return Float32Array.from(vector, (value) => value / length);
  }

  /**
   * The same times `scale` as int8.
   * @param {number[]} ids
   * @param {number} scale
   * @returns {Int8Array} [dim]
   */
  vector(ids, scale) {
    return quantise(this.embed(ids), scale);
  }

  /**
   * The tokens of a text as a DiPair head reads them.
   * @param {number[]} ids
   * @param {"head_request" | "head_entity"} side
   * @returns {Float32Array | null} [tokens · columns]; null where the encoder has no head
   */
  tokens(ids, side) {
    const projection = this._sides.get(side);
    return projection ? Float32Array.from(multiply(this._states(ids), ids.length, projection)) : null;
  }

  /** What the last layer says of each token. */
  _states(ids) {
    const x = this._embeddings(ids);
    for (const layer of this._layers) layer.run(x, ids.length);
    return x;
  }

  _embeddings(ids) {
    const rows = takeRows(this._table, ids);
    const x = this._projection ? multiply(rows, ids.length, this._projection) : rows;
    const positions = takeRows(
      this._positions,
      ids.map((_, place) => place),
    );
    add(x, positions, x.length);
    normalise(x, x.length, this.width, this._embeddingNorm, this._epsilon);
    return x;
  }
}

function layerOf(weights, number, heads) {
  const dense = (name) => weights.dense(`layer.${number}.${name}.weight`, `layer.${number}.${name}.bias`);
  const attention = ["query", "key", "value", "output"].map((name) => [name, dense(`attention.${name}`)]);
  const matrices = { ...Object.fromEntries(attention), inner: dense("inner"), outer: dense("outer") };
  const norms = {
    attention: weights.norm(`layer.${number}.attention.norm`),
    output: weights.norm(`layer.${number}.norm`),
    epsilon: weights.epsilon,
  };
  return new TransformerLayer(matrices, norms, heads, geluTable());
}

/** Rows of a table as floats, one after another. */
function takeRows({ shape, data, scale }, ids) {
  const columns = shape[1];
  const rows = new Float64Array(ids.length * columns);
  ids.forEach((id, row) => {
    const unit = scale ? scale[id] : 1;
    for (let i = 0; i < columns; i++) rows[row * columns + i] = data[id * columns + i] * unit;
  });
  return rows;
}
