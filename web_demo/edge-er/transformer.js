/**
 * The encoder's graph in plain JavaScript: BERT's layers over int8 weights, brought back to floats once, when it is loaded.
 *
 * Sums are taken in double precision, so that the vector lies as near to the exact one as any float32 runtime's.
 */

import { EncoderError } from "./errors.js";
import { geluTable } from "./gelu.js";
import { dense, multiply } from "./matrix.js";
import { readGraph } from "./onnx.js";

const TINY = 1e-12;

/** Token ids to a vector of length 1. */
export class Transformer {
  /**
   * @param {Uint8Array} onnx contents of `encoder.onnx`
   * @throws {EncoderError} it is no graph of this package's export
   */
  constructor(onnx) {
    const { tensors, epsilon } = readGraph(onnx);
    this._tensors = tensors;
    this._epsilon = epsilon;
    this._heads = Number(this._tensor("shape.heads").data[2]);
    this._table = this._rows("token.table");
    this._projection = tensors.has("token.projection") ? this._dense("token.projection") : null;
    this._positions = this._rows("position.table");
    this._embeddingNorm = this._norm("embedding.norm");
    this._layers = [];
    while (tensors.has(`layer.${this._layers.length}.inner.weight`)) this._layers.push(this._layer(this._layers.length));
    this._output = tensors.has("output.projection") ? this._dense("output.projection") : null;
    this.vocabulary = this._table.shape[0];
    this.maxTokens = this._positions.shape[0];
    this.width = this._positions.shape[1];
    this.dim = this._output ? this._output.outs : this.width;
    this._check();
    this._tensors = null;
    this._gelu = geluTable();
  }

  /**
   * The vector of a text's token ids.
   * @param {number[]} ids
   * @returns {Float32Array} [dim], of length 1
   */
  embed(ids) {
    const { width } = this;
    const count = ids.length;
    let x = this._embeddings(ids);
    for (const layer of this._layers) x = this._run(layer, x, count);
    const mean = new Float64Array(width);
    for (let at = 0; at < count * width; at++) mean[at % width] += x[at] / count;
    const vector = this._output ? multiply(mean, 1, this._output) : mean;
    let square = 0;
    for (const value of vector) square += value * value;
    const length = Math.max(Math.sqrt(square), TINY);
    return Float32Array.from(vector, (value) => value / length);
  }

  _embeddings(ids) {
    const { width } = this;
    const rows = takeRows(this._table, ids);
    const x = this._projection ? multiply(rows, ids.length, this._projection) : rows;
    const places = takeRows(this._positions, ids.map((_, place) => place));
    for (let at = 0; at < x.length; at++) x[at] += places[at];
    normalise(x, width, this._embeddingNorm, this._epsilon);
    return x;
  }

  _run(layer, x, count) {
    const { width } = this;
    const context = this._attend(layer, x, count);
    const attended = multiply(context, count, layer.attention.output);
    for (let at = 0; at < x.length; at++) attended[at] += x[at];
    normalise(attended, width, layer.attentionNorm, this._epsilon);
    const inner = multiply(attended, count, layer.inner);
    this._gelu(inner);
    const outer = multiply(inner, count, layer.outer);
    for (let at = 0; at < outer.length; at++) outer[at] += attended[at];
    normalise(outer, width, layer.norm, this._epsilon);
    return outer;
  }

  _attend(layer, x, count) {
    const { width, _heads: heads } = this;
    const size = width / heads;
    const query = multiply(x, count, layer.attention.query);
    const key = multiply(x, count, layer.attention.key);
    const value = multiply(x, count, layer.attention.value);
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

  _layer(number) {
    const matrix = (name) => this._dense(`layer.${number}.${name}.weight`, `layer.${number}.${name}.bias`);
    const parts = ["query", "key", "value", "output"].map((name) => [name, matrix(`attention.${name}`)]);
    return {
      attention: Object.fromEntries(parts),
      attentionNorm: this._norm(`layer.${number}.attention.norm`),
      inner: matrix("inner"),
      outer: matrix("outer"),
      norm: this._norm(`layer.${number}.norm`),
    };
  }

  _tensor(name) {
    const tensor = this._tensors.get(name);
    if (!tensor) throw wrong(`no tensor ${name}`);
    return tensor;
  }

  /** A table as it is stored: rows, and the scale of each. */
  _rows(name) {
    const { shape, data } = this._tensor(name);
    return { shape, data, scale: data instanceof Int8Array ? this._tensor(`${name}.scale`).data : null };
  }

  /** A matrix with its bias. */
  _dense(name, bias) {
    const matrix = this._tensor(name);
    const scale = matrix.data instanceof Int8Array ? this._tensor(`${name}.scale`).data : null;
    if (matrix.shape.length !== 2 || matrix.shape[1] % 4) throw wrong(`${name} [${matrix.shape.join(", ")}]`);
    return dense(matrix, scale, bias ? this._tensor(bias).data : null);
  }

  _norm(name) {
    return { weight: this._tensor(`${name}.weight`).data, bias: this._tensor(`${name}.bias`).data };
  }

  _check() {
    const { width } = this;
    const fits =
      this._heads > 0 &&
      width % this._heads === 0 &&
      (this._projection ? this._projection.ins === this._table.shape[1] : this._table.shape[1] === width) &&
      this._embeddingNorm.weight.length === width &&
      this._layers.every((layer) => layer.attention.query.ins === width && layer.outer.outs === width) &&
      (!this._output || this._output.ins === width);
    if (!fits) throw wrong("tensors whose shapes do not fit");
  }
}

function wrong(found) {
  return new EncoderError(
    `encoder.onnx: expected a graph written by edge-er train export, found ${found}; use such an encoder`,
  );
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

/** Layer normalisation of each row of x, in place. */
function normalise(x, width, { weight, bias }, epsilon) {
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
