/** The weights of an ONNX graph written by edge-er, by their plain names. */

import { EncoderError } from "../errors.js";
import { dense } from "./matrix.js";
import { readGraph } from "./onnx.js";

/** Initializers of a graph; int8 ones are brought back to floats with their scales. */
export class Weights {
  /**
   * @param {Uint8Array} onnx
   * @param {string} file its name, for messages
   * @throws {EncoderError} it is no ONNX file
   */
  constructor(onnx, file) {
    const { tensors, epsilon } = readGraph(onnx, file);
    this._tensors = tensors;
    this._file = file;
    /** Added to variances by layer normalisation. */
    this.epsilon = epsilon;
  }

  /** Whether there is a tensor of that name. */
  has(name) {
    return this._tensors.has(name);
  }

  /**
   * A tensor as it is stored.
   * @param {string} name
   * @returns {import("./onnx.js").Tensor}
   * @throws {EncoderError} there is none
   */
  tensor(name) {
    const tensor = this._tensors.get(name);
    if (!tensor) throw this.wrong(`no tensor ${name}`);
    return tensor;
  }

  /** A table as it is stored: rows, and the scale of each. */
  rows(name) {
    return { ...this.tensor(name), scale: this._scale(name) };
  }

  /**
   * A matrix with its bias, as `multiply` wants it.
   * @param {string} name
   * @param {string} [bias]
   * @returns {import("./matrix.js").Dense}
   */
  dense(name, bias) {
    const matrix = this.tensor(name);
    if (matrix.shape.length !== 2 || matrix.shape[1] % 4) throw this.wrong(`${name} [${matrix.shape.join(", ")}]`);
    return dense(matrix, this._scale(name), bias ? this.tensor(bias).data : null);
  }

  /** Weight and bias of a layer normalisation. */
  norm(name) {
    return { weight: this.tensor(`${name}.weight`).data, bias: this.tensor(`${name}.bias`).data };
  }

  /** The error of a graph that has not what it should. */
  wrong(found) {
    return new EncoderError(
      `${this._file}: expected a graph written by edge-er train export, found ${found}; use such an encoder`,
    );
  }

  _scale(name) {
    return this.tensor(name).data instanceof Int8Array ? this.tensor(`${name}.scale`).data : null;
  }
}
