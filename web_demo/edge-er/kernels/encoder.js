/**
 * The kernel of the encoder: token ids to a unit vector and its int8 steps, from the weights of the graph by their names,
 * as in `edge_er/native/encoder.py`. Weights stay int8 as the graph has them, in panels of 16 columns, padded with zeros.
 */

import constants from "../data/constants.js";
import { Room, upTo } from "./kernels.js";

const PANEL = 16;
const { clip: CLIP } = constants.vectors;

/** @typedef {import("../encoder/weights.js").Weights} Weights */

/** The forward pass of an encoder. */
export class EncoderKernel {
  /**
   * @param {import("./kernels.js").Kernels} kernels
   * @param {Weights} weights
   * @param {import("../encoder/shape.js").Shape} shape that they have
   */
  constructor(kernels, weights, shape) {
    this._kernels = kernels;
    this._weights = weights;
    const { tokenWidth, width, inner, heads, layers, dim, maxTokens } = shape;
    Object.assign(this, { vocabulary: shape.vocabulary, dim, maxTokens });
    this._stride = upTo(PANEL, width);
    const numbers = [tokenWidth, width, this._stride, upTo(PANEL, inner), heads, layers, dim];
    const floats = Float32Array.of(weights.epsilon, weights.tensor("attention.scale").data[0]);
    this._of = kernels.put(
      Int32Array.from([
        ...this._table(),
        ...this._matrix(["token.projection"]),
        kernels.put(this._positions()),
        ...this._norm("embedding.norm"),
        kernels.put(Int32Array.from(Array.from({ length: layers }, (_, layer) => this._layer(layer)).flat())),
        ...this._matrix(["output.projection"]),
        ...new Int32Array(floats.buffer),
        ...numbers,
      ]),
    );
    const widest = Math.max(3 * this._stride + 1, upTo(PANEL, inner), upTo(PANEL, tokenWidth), upTo(PANEL, dim));
    this._work = 4 * (2 * this._stride + widest); // bytes for each token
    this._room = new Room(kernels);
    this._given = kernels.room(4 * maxTokens);
    this._embedding = kernels.room(4 * dim);
    this._vector = kernels.room(dim);
    delete this._weights;
  }

  /**
   * The vector of one text, of length 1.
   * @param {number[]} ids from 1 to `maxTokens`, each below `vocabulary`
   * @returns {Float32Array} [dim]
   */
  embed(ids) {
    this._run(ids, 1);
    return this._kernels.view(Float32Array, this._embedding, this.dim).slice();
  }

  /**
   * The same times `scale`, rounded half to even and cut at ±127.
   * @param {number[]} ids
   * @param {number} scale
   * @returns {Int8Array} [dim]
   */
  vector(ids, scale) {
    this._run(ids, scale);
    return this._kernels.view(Int8Array, this._vector, this.dim).slice();
  }

  _run(ids, scale) {
    if (!(ids.length > 0 && ids.length <= this.maxTokens)) {
      throw new RangeError(`expected 1 to ${this.maxTokens} token ids, found ${ids.length}`);
    }
    const work = this._room.of(this._work * ids.length);
    this._kernels.view(Int32Array, this._given, ids.length).set(ids);
    this._kernels.functions.encode(this._of, this._given, ids.length, work, this._embedding, this._vector, scale, CLIP);
  }

  _table() {
    const { data, scale } = this._weights.rows("token.table");
    return [this._kernels.put(data), scale ? this._kernels.put(scale) : 0];
  }

  /** The positions in float32, padded. */
  _positions() {
    const { shape, data, scale } = this._weights.rows("position.table");
    const [rows, width] = shape;
    const wide = new Float32Array(rows * this._stride);
    for (let row = 0; row < rows; row++) {
      const unit = scale ? scale[row] : 1;
      for (let i = 0; i < width; i++) wide[row * this._stride + i] = data[row * width + i] * unit;
    }
    return wide;
  }

  _layer(number) {
    const name = `layer.${number}`;
    const parts = ["query", "key", "value"].map((part) => `${name}.attention.${part}`);
    const matrix = (part) => this._matrix([`${part}.weight`], [`${part}.bias`]);
    return [
      ...this._matrix(parts.map((part) => `${part}.weight`), parts.map((part) => `${part}.bias`)),
      ...[`${name}.attention.output`, `${name}.inner`, `${name}.outer`].flatMap(matrix),
      ...this._norm(`${name}.attention.norm`),
      ...this._norm(`${name}.norm`),
    ];
  }

  _norm(name) {
    const { weight, bias } = this._weights.norm(name);
    return [weight, bias].map((values) => this._kernels.put(sideBySide([values])));
  }

  /** An er_matrix of matrices of one shape side by side; all zeros where there is none. */
  _matrix(names, biases = []) {
    if (!this._weights.has(names[0])) return [0, 0, 0, 0, 0];
    const matrices = names.map((name) => this._weights.rows(name));
    const whole = matrices.every(({ scale }) => scale);
    const parts = matrices.map((each) => panels(each, whole ? Int8Array : Float32Array));
    const values = new parts[0].constructor(parts.reduce((size, part) => size + part.length, 0));
    parts.forEach((part, place) => values.set(part, place * part.length));
    const [rows, columns] = matrices[0].shape;
    const at = (vectors) => (vectors.length ? this._kernels.put(sideBySide(vectors)) : 0);
    return [
      this._kernels.put(values),
      at(whole ? matrices.map(({ scale }) => scale) : []),
      at(biases.map((name) => this._weights.tensor(name).data)),
      rows,
      matrices.length * upTo(PANEL, columns),
    ];
  }
}

/** A matrix in panels: [columns / 16][rows][16]; as floats, int8 is multiplied by the scale of each column. */
function panels({ shape: [rows, columns], data, scale }, Kind) {
  const values = new Kind(upTo(PANEL, columns) * rows);
  const units = Kind === Float32Array ? scale : null;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const first = (column - (column % PANEL)) * rows + row * PANEL + (column % PANEL);
      values[first] = units ? data[row * columns + column] * units[column] : data[row * columns + column];
    }
  }
  return values;
}

/** Vectors one after another, each padded to whole panels. */
function sideBySide(vectors) {
  const size = upTo(PANEL, vectors[0].length);
  const all = new Float32Array(size * vectors.length);
  vectors.forEach((vector, place) => all.set(vector, place * size));
  return all;
}
