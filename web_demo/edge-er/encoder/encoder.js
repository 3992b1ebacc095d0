/** Texts to vectors: canonical text, WordPiece tokens, the transformer. */

import { utf8 } from "../bundle/utf8.js";
import { EncoderError } from "../errors.js";
import { EncoderKernel } from "../kernels/encoder.js";
import { shapeOf } from "./shape.js";
import { Transformer } from "./transformer.js";
import { Weights } from "./weights.js";
import { WordPiece } from "./wordpiece.js";

/** A sentence encoder: a graph, its tokenizer and its card. */
export class Encoder {
  /**
   * @param {Map<string, Uint8Array>} files with `encoder.onnx`, `tokenizer.json` and `encoder.json`
   * @param {import("../text/canonical.js").CanonicalText} normalizer
   * @param {import("../kernels/kernels.js").Kernels | null} [kernels] that compute the graph; plain JavaScript does without
   * @throws {EncoderError} a file cannot be used, naming it
   */
  constructor(files, normalizer, kernels = null) {
    this.card = readCard(files.get("encoder.json"));
    this._normalizer = normalizer;
    this._tokenizer = new WordPiece(text(files.get("tokenizer.json"), "tokenizer.json"));
    const weights = new Weights(files.get("encoder.onnx"), "encoder.onnx");
    const shape = shapeOf(weights);
    this._graph = kernels ? new EncoderKernel(kernels, weights, shape) : new Transformer(weights, shape);
    /** The graph in plain JavaScript, which heads read tokens from whatever the engine; null without a head. */
    this._states = this._graph instanceof Transformer ? this._graph : null;
    if (!this._states && weights.has("head_request.projection")) this._states = new Transformer(weights, shape);
    this.dim = this.card.dim;
    this.maxTokens = this.card.max_tokens;
    const { dim, maxTokens, vocabulary } = shape;
    if (dim !== this.dim || maxTokens < this.maxTokens || this._tokenizer.size > vocabulary) {
      throw new EncoderError(
        `encoder.onnx: expected ${this.dim} dimensions, ${this.maxTokens} tokens and ${this._tokenizer.size} pieces, ` +
          `found ${dim}, ${maxTokens} and ${vocabulary}; export the encoder again`,
      );
    }
  }

  /**
   * Canonical form of `query`.
   * @param {string} query
   * @returns {string}
   */
  canonicalText(query) {
    return this._normalizer.canonicalText(query);
  }

  /**
   * As much of `query` as the first `letters` letters of its canonical form need.
   * @param {string} query
   * @param {number} letters
   * @returns {string}
   */
  beginning(query, letters) {
    return this._normalizer.beginning(query, letters);
  }

  /**
   * [CLS] ... [SEP] of `query`, at most `maxTokens` ids with [SEP] kept at the end.
   * @param {string} query
   * @returns {number[]}
   */
  tokenIds(query) {
    return this.canonicalIds(this.canonicalText(query));
  }

  /**
   * The same of text that is canonical already.
   * @param {string} text
   * @returns {number[]}
   */
  canonicalIds(text) {
    return this._tokenizer.ids(text, this.maxTokens);
  }

  /**
   * The vector of a text's token ids.
   * @param {number[]} ids
   * @returns {Float32Array} [dim], of length 1
   */
  encodeIds(ids) {
    return this._graph.embed(ids);
  }

  /**
   * The same times `scale`, rounded half to even and cut at ±127.
   * @param {number[]} ids
   * @param {number} scale
   * @returns {Int8Array} [dim]
   */
  vector(ids, scale) {
    return this._graph.vector(ids, scale);
  }

  /**
   * The tokens of canonical text as a DiPair head reads them.
   * @param {string} text
   * @param {"head_request" | "head_entity"} side
   * @returns {Float32Array} [tokens · columns]
   * @throws {EncoderError} the encoder has no head
   */
  tokens(text, side) {
    const tokens = this._states?.tokens(this.canonicalIds(text), side);
    if (!tokens) throw new EncoderError(`encoder.onnx: no output ${side}; train and export the head again`);
    return tokens;
  }

  /**
   * Whether there is anything in a text's token ids but [UNK] and other specials.
   * @param {number[]} ids
   * @returns {boolean}
   */
  canRead(ids) {
    return this._tokenizer.canRead(ids);
  }
}

function text(bytes, file) {
  try {
    return utf8(bytes);
  } catch (error) {
    throw new EncoderError(`${file}: not UTF-8 (${error.message}); export the encoder again`);
  }
}

function readCard(bytes) {
  let card;
  try {
    card = JSON.parse(text(bytes, "encoder.json"));
  } catch (error) {
    throw error instanceof EncoderError
      ? error
      : new EncoderError(`encoder.json: not JSON (${error.message}); export the encoder again`);
  }
  for (const name of ["dim", "max_tokens"]) {
    const value = card?.[name];
    if (!Number.isInteger(value) || value <= 0) {
      throw new EncoderError(
        `encoder.json, field '${name}': expected a number above 0, found ${JSON.stringify(value)}; export the encoder again`,
      );
    }
  }
  return card;
}
