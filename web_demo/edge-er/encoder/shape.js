/** The shape of an encoder's graph: every weight is there, of its kind and size, before anything is computed with it. */

/**
 * @typedef {object} Shape
 * @property {number} vocabulary rows of the table of tokens
 * @property {number} tokenWidth columns of it
 * @property {number} width of the states
 * @property {number} inner width between the two matrices of a layer
 * @property {number} heads
 * @property {number} layers
 * @property {number} dim of the vectors
 * @property {number} maxTokens
 */

/**
 * The shape that weights have.
 * @param {import("./weights.js").Weights} weights
 * @returns {Shape}
 * @throws {EncoderError} a weight is missing, of another kind or size, or no number
 */
export function shapeOf(weights) {
  const check = new Check(weights);
  const [vocabulary, tokenWidth] = check.rows("token.table");
  const [maxTokens, width] = check.rows("position.table");
  const heads = check.heads(width);
  if (weights.has("token.projection")) check.matrix("token.projection", tokenWidth, width);
  else if (tokenWidth !== width) throw weights.wrong(`token.table with rows of ${tokenWidth}, and no token.projection`);
  check.norm("embedding.norm", width);
  const inner = weights.tensor("layer.0.inner.weight").shape[1];
  let layers = 0;
  for (; weights.has(`layer.${layers}.inner.weight`); layers++) check.layer(`layer.${layers}`, width, inner);
  check.vector("attention.scale", 1);
  let dim = width;
  if (weights.has("output.projection")) {
    dim = weights.tensor("output.projection").shape[1];
    check.matrix("output.projection", width, dim);
  }
  for (const side of ["head_request", "head_entity"]) {
    const name = `${side}.projection`;
    if (weights.has(name)) check.matrix(name, width, weights.tensor(name).shape[1]);
  }
  return { vocabulary, tokenWidth, width, inner, heads, layers, dim, maxTokens };
}

class Check {
  constructor(weights) {
    this._weights = weights;
  }

  /** A table: its rows and columns. */
  rows(name) {
    const { shape, data } = this._weights.tensor(name);
    if (shape.length !== 2 || !shape[0] || !shape[1]) throw this._weights.wrong(`${name} [${shape.join(", ")}]`);
    this._numbers(name, data, shape[0]);
    return shape;
  }

  matrix(name, rows, columns) {
    const { shape, data } = this._weights.tensor(name);
    if (shape.length !== 2 || shape[0] !== rows || shape[1] !== columns) {
      throw this._weights.wrong(`${name} [${shape.join(", ")}] for [${rows}, ${columns}]`);
    }
    if (!columns || columns % 4) throw this._weights.wrong(`${name} with ${columns} columns, which is no multiple of 4`);
    this._numbers(name, data, columns);
  }

  vector(name, size) {
    const { data } = this._weights.tensor(name);
    if (!(data instanceof Float32Array) || data.length !== size || !data.every(Number.isFinite)) {
      throw this._weights.wrong(`${name} that is not ${size} numbers in float32`);
    }
  }

  norm(name, size) {
    this.vector(`${name}.weight`, size);
    this.vector(`${name}.bias`, size);
  }

  layer(name, width, inner) {
    const dense = (part, rows, columns) => {
      this.matrix(`${name}.${part}.weight`, rows, columns);
      this.vector(`${name}.${part}.bias`, columns);
    };
    for (const part of ["query", "key", "value", "output"]) dense(`attention.${part}`, width, width);
    dense("inner", width, inner);
    dense("outer", inner, width);
    this.norm(`${name}.attention.norm`, width);
    this.norm(`${name}.norm`, width);
  }

  heads(width) {
    const { data } = this._weights.tensor("shape.heads");
    if (data.length !== 4 || !(data[2] >= 1) || data[2] * data[3] !== width) {
      throw this._weights.wrong(`shape.heads ${data.join(", ")} for a width of ${width}`);
    }
    return data[2];
  }

  /** Values of a table or matrix: int8 with a scale for each row or column, or numbers in float32. */
  _numbers(name, data, scales) {
    if (data instanceof Int8Array) this.vector(`${name}.scale`, scales);
    else if (!(data instanceof Float32Array) || !data.every(Number.isFinite)) throw this._weights.wrong(`${name} of another kind`);
  }
}
