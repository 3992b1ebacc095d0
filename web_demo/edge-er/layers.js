/** What the layers of a transformer are made of. */

import { multiply } from "./matrix.js";

/**
 * Attention of every token to all tokens, joined over the heads, before the output projection.
 * @param {{query: object, key: object, value: object}} matrices as `multiply` wants them
 * @param {Float64Array} x [count · width]
 * @param {number} count tokens
 * @param {number} width
 * @param {number} heads
 * @returns {Float64Array} [count · width]
 */
export function attend(matrices, x, count, width, heads) {
  const size = width / heads;
  const query = multiply(x, count, matrices.query);
  const key = multiply(x, count, matrices.key);
  const value = multiply(x, count, matrices.value);
  const context = new Float64Array(count * width);
  const shares = new Float64Array(count);
  for (let start = 0; start < width; start += size) {
    for (let row = 0; row < count; row++) {
      softmax(query, row * width + start, key, start, width, size, shares);
      for (let other = 0; other < count; other++) {
        const share = shares[other];
        for (let i = 0; i < size; i++) context[row * width + start + i] += share * value[other * width + start + i];
      }
    }
  }
  return context;
}

/** Shares of attention of one row of queries over all rows of keys. */
function softmax(query, at, key, start, width, size, shares) {
  const unit = 1 / Math.sqrt(size);
  let most = -Infinity;
  for (let other = 0; other < shares.length; other++) {
    let product = 0;
    for (let i = 0; i < size; i++) product += query[at + i] * key[other * width + start + i];
    shares[other] = product * unit;
    most = Math.max(most, shares[other]);
  }
  let sum = 0;
  for (let other = 0; other < shares.length; other++) {
    shares[other] = Math.exp(shares[other] - most);
    sum += shares[other];
  }
  for (let other = 0; other < shares.length; other++) shares[other] /= sum;
}

/**
 * Layer normalisation of each row of x, in place.
 * @param {Float64Array} x [rows · width]
 * @param {number} width
 * @param {{weight: Float32Array, bias: Float32Array}} norm
 * @param {number} epsilon
 */
export function normalise(x, width, { weight, bias }, epsilon) {
  for (let start = 0; start < x.length; start += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += x[start + i];
    const mean = sum / width;
    let square = 0;
    for (let i = 0; i < width; i++) square += (x[start + i] - mean) ** 2;
    const unit = 1 / Math.sqrt(square / width + epsilon);
    for (let i = 0; i < width; i++) x[start + i] = (x[start + i] - mean) * unit * weight[i] + bias[i];
  }
}

/**
 * Add y to x, in place.
 * @param {Float64Array} x
 * @param {Float64Array} y
 */
export function add(x, y) {
  for (let at = 0; at < x.length; at++) x[at] += y[at];
}
