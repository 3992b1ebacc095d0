/** What the layers of a transformer are made of. Arrays may be longer than what is in them, for they are kept for the next text. */

import { joined, multiply } from "./matrix.js";

/**
 * @typedef {import("./matrix.js").Dense} Dense
 * @typedef {{weight: Float32Array, bias: Float32Array}} Norm
 */

/** One layer of BERT's kind: attention, then two matrices, each added to what came in and normalised. */
export class TransformerLayer {
  /**
   * @param {Record<"query" | "key" | "value" | "output" | "inner" | "outer", Dense>} matrices
   * @param {{attention: Norm, output: Norm, epsilon: number}} norms
   * @param {number} heads
   * @param {(x: Float64Array, size: number) => void} activate in place, between the two matrices
   */
  constructor({ query, key, value, output, inner, outer }, norms, heads, activate) {
    this._asked = joined([query, key, value]);
    this._output = output;
    this._inner = inner;
    this._outer = outer;
    this._norms = norms;
    this._heads = heads;
    this._activate = activate;
    this.width = query.ins;
    this.outs = outer.outs;
    this._room = 0;
  }

  /**
   * What the layer says of each token, in the place of what it is told.
   * @param {Float64Array} x [count · width]
   * @param {number} count tokens
   */
  run(x, count) {
    const { width, _norms: norms } = this;
    if (count > this._room) this._makeRoom(count);
    multiply(x, count, this._asked, this._parts);
    attend(this._parts, this._context, count, width, this._heads, this._shares);
    multiply(this._context, count, this._output, this._attended);
    add(this._attended, x, count * width);
    normalise(this._attended, count * width, width, norms.attention, norms.epsilon);
    multiply(this._attended, count, this._inner, this._middle);
    this._activate(this._middle, count * this._inner.outs);
    multiply(this._middle, count, this._outer, x);
    add(x, this._attended, count * width);
    normalise(x, count * width, width, norms.output, norms.epsilon);
  }

  _makeRoom(count) {
    this._room = count;
    this._parts = new Float64Array(3 * count * this.width);
    this._context = new Float64Array(count * this.width);
    this._attended = new Float64Array(count * this.width);
    this._middle = new Float64Array(count * this._inner.outs);
    this._shares = new Float64Array(count);
  }
}

/** Attention of every token to all tokens, joined over the heads: [count · width] of queries, keys and values side by side. */
function attend(parts, context, count, width, heads, shares) {
  const size = width / heads;
  const row = 3 * width;
  const unit = 1 / Math.sqrt(size);
  context.fill(0, 0, count * width);
  for (let start = 0; start < width; start += size) {
    for (let token = 0; token < count; token++) {
      softmax(parts, token * row + start, width + start, row, count, size, unit, shares);
      for (let other = 0; other < count; other++) {
        const share = shares[other];
        const into = token * width + start;
        const from = other * row + 2 * width + start;
        for (let i = 0; i < size; i++) context[into + i] += share * parts[from + i];
      }
    }
  }
}

/** Shares of attention of one query over all keys. */
function softmax(parts, query, keys, row, count, size, unit, shares) {
  let most = -Infinity;
  for (let other = 0; other < count; other++) {
    const key = keys + other * row;
    let product = 0;
    for (let i = 0; i < size; i++) product += parts[query + i] * parts[key + i];
    shares[other] = product * unit;
    if (shares[other] > most) most = shares[other];
  }
  let sum = 0;
  for (let other = 0; other < count; other++) {
    shares[other] = Math.exp(shares[other] - most);
    sum += shares[other];
  }
  for (let other = 0; other < count; other++) shares[other] /= sum;
}

/**
 * Layer normalisation of each row of x, in place.
 * @param {Float64Array} x [rows · width]
 * @param {number} size of all rows
 * @param {number} width
 * @param {Norm} norm
 * @param {number} epsilon
 */
export function normalise(x, size, width, { weight, bias }, epsilon) {
  for (let start = 0; start < size; start += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += x[start + i];
    const mean = sum / width;
    let square = 0;
    for (let i = 0; i < width; i++) {
      const off = x[start + i] - mean;
      square += off * off;
    }
    const unit = 1 / Math.sqrt(square / width + epsilon);
    for (let i = 0; i < width; i++) x[start + i] = (x[start + i] - mean) * unit * weight[i] + bias[i];
  }
}

/**
 * Add y to x, in place.
 * @param {Float64Array} x
 * @param {Float64Array} y
 * @param {number} size
 */
export function add(x, y, size) {
  for (let at = 0; at < size; at++) x[at] += y[at];
}
