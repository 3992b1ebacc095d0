/** Rows of numbers times a matrix of weights. */

const COLUMNS = 4; // computed at once, of three rows or two, which spares loads

/**
 * @typedef {object} Dense
 * @property {number} ins
 * @property {number} outs a multiple of four
 * @property {Float32Array} weights four columns side by side: [outs / 4][ins][4]
 * @property {Float32Array} bias [outs]
 */

/**
 * A matrix as `multiply` wants it.
 * @param {{shape: number[], data: Float32Array | Int8Array}} matrix [ins, outs], row by row
 * @param {Float32Array | null} scale of each column, where the matrix is int8
 * @param {Float32Array | null} bias
 * @returns {Dense}
 */
export function dense({ shape: [ins, outs], data }, scale, bias) {
  const weights = new Float32Array(ins * outs);
  for (let out = 0; out < outs; out++) {
    const unit = scale ? scale[out] : 1;
    const start = (out - (out % COLUMNS)) * ins + (out % COLUMNS);
    for (let i = 0; i < ins; i++) weights[start + COLUMNS * i] = data[i * outs + out] * unit;
  }
  return { ins, outs, weights, bias: bias ?? new Float32Array(outs) };
}

/**
 * Matrices of as many rows side by side, as one.
 * @param {Dense[]} matrices
 * @returns {Dense}
 */
export function joined(matrices) {
  const [{ ins }] = matrices;
  const outs = matrices.reduce((sum, each) => sum + each.outs, 0);
  const all = { ins, outs, weights: new Float32Array(ins * outs), bias: new Float32Array(outs) };
  let before = 0;
  for (const { outs: own, weights, bias } of matrices) {
    all.weights.set(weights, before * ins);
    all.bias.set(bias, before);
    before += own;
  }
  return all;
}

/**
 * x · weights + bias.
 * @param {Float64Array} x [count · ins]
 * @param {number} count rows
 * @param {Dense} matrix
 * @param {Float64Array} [y] [count · outs], where it is written
 * @returns {Float64Array} y
 */
export function multiply(x, count, matrix, y = new Float64Array(count * matrix.outs)) {
  for (let out = 0; out < matrix.outs; out += COLUMNS) {
    let row = 0;
    for (; row + 5 <= count || row + 3 === count; row += 3) threeRows(x, row, y, out, matrix);
    for (; row + 2 <= count; row += 2) twoRows(x, row, y, out, matrix);
    if (row < count) oneRow(x, row, y, out, matrix);
  }
  return y;
}

/** Four columns of three rows of y. */
function threeRows(x, row, y, out, { ins, outs, weights, bias }) {
  const x0 = row * ins;
  const x1 = x0 + ins;
  const x2 = x1 + ins;
  let a0 = bias[out];
  let a1 = bias[out + 1];
  let a2 = bias[out + 2];
  let a3 = bias[out + 3];
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  let c0 = a0;
  let c1 = a1;
  let c2 = a2;
  let c3 = a3;
  for (let i = 0, w = out * ins; i < ins; i++, w += COLUMNS) {
    const a = x[x0 + i];
    const b = x[x1 + i];
    const c = x[x2 + i];
    let weight = weights[w];
    a0 += a * weight;
    b0 += b * weight;
    c0 += c * weight;
    weight = weights[w + 1];
    a1 += a * weight;
    b1 += b * weight;
    c1 += c * weight;
    weight = weights[w + 2];
    a2 += a * weight;
    b2 += b * weight;
    c2 += c * weight;
    weight = weights[w + 3];
    a3 += a * weight;
    b3 += b * weight;
    c3 += c * weight;
  }
  const y0 = row * outs + out;
  const y1 = y0 + outs;
  const y2 = y1 + outs;
  y[y0] = a0;
  y[y0 + 1] = a1;
  y[y0 + 2] = a2;
  y[y0 + 3] = a3;
  y[y1] = b0;
  y[y1 + 1] = b1;
  y[y1 + 2] = b2;
  y[y1 + 3] = b3;
  y[y2] = c0;
  y[y2 + 1] = c1;
  y[y2 + 2] = c2;
  y[y2 + 3] = c3;
}

/** Four columns of two rows of y. */
function twoRows(x, row, y, out, { ins, outs, weights, bias }) {
  const x0 = row * ins;
  const x1 = x0 + ins;
  let a0 = bias[out];
  let a1 = bias[out + 1];
  let a2 = bias[out + 2];
  let a3 = bias[out + 3];
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  for (let i = 0, w = out * ins; i < ins; i++, w += COLUMNS) {
    const a = x[x0 + i];
    const b = x[x1 + i];
    const w0 = weights[w];
    a0 += a * w0;
    b0 += b * w0;
    const w1 = weights[w + 1];
    a1 += a * w1;
    b1 += b * w1;
    const w2 = weights[w + 2];
    a2 += a * w2;
    b2 += b * w2;
    const w3 = weights[w + 3];
    a3 += a * w3;
    b3 += b * w3;
  }
  const y0 = row * outs + out;
  const y1 = y0 + outs;
  y[y0] = a0;
  y[y0 + 1] = a1;
  y[y0 + 2] = a2;
  y[y0 + 3] = a3;
  y[y1] = b0;
  y[y1 + 1] = b1;
  y[y1 + 2] = b2;
  y[y1 + 3] = b3;
}

/** Four columns of one row of y. */
function oneRow(x, row, y, out, { ins, outs, weights, bias }) {
  const x0 = row * ins;
  let a0 = bias[out];
  let a1 = bias[out + 1];
  let a2 = bias[out + 2];
  let a3 = bias[out + 3];
  for (let i = 0, w = out * ins; i < ins; i++, w += COLUMNS) {
    const a = x[x0 + i];
    a0 += a * weights[w];
    a1 += a * weights[w + 1];
    a2 += a * weights[w + 2];
    a3 += a * weights[w + 3];
  }
  const y0 = row * outs + out;
  y[y0] = a0;
  y[y0 + 1] = a1;
  y[y0 + 2] = a2;
  y[y0 + 3] = a3;
}
