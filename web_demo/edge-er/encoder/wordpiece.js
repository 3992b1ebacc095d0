/** Canonical text to token ids: greedy longest-match WordPiece, from a `tokenizer.json` of the tokenizers library. */

import { EncoderError } from "../errors.js";
import { characters } from "../text/canonical.js";

const SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/** The tokenizer of an encoder. */
export class WordPiece {
  /**
   * @param {string} json contents of `tokenizer.json`
   * @throws {EncoderError} it is not JSON, or another kind of tokenizer
   */
  constructor(json) {
    let told;
    try {
      told = JSON.parse(json);
    } catch (error) {
      throw new EncoderError(`tokenizer.json: not JSON (${error.message}); export the encoder again`);
    }
    const { model, normalizer, pre_tokenizer: words } = told ?? {};
    if (model?.type !== "WordPiece" || normalizer || words?.type !== "WhitespaceSplit") {
      const found = `${model?.type}, ${normalizer?.type ?? "no normalizer"}, ${words?.type}`;
      throw new EncoderError(
        `tokenizer.json: expected WordPiece, no normalizer, WhitespaceSplit, found ${found}; use another encoder`,
      );
    }
    this._ids = new Map(Object.entries(model.vocab));
    this._prefix = model.continuing_subword_prefix;
    this._longest = model.max_input_chars_per_word;
    const [, unknown, first, last] = SPECIALS.map((token) => this._special(token));
    this._unknown = unknown;
    this._first = first;
    this._last = last;
    this._specials = new Set(SPECIALS.map((token) => this._ids.get(token)));
  }

  /** How many tokens there are. */
  get size() {
    return this._ids.size;
  }

  _special(token) {
    const id = this._ids.get(token);
    if (id === undefined) throw new EncoderError(`tokenizer.json: no token ${token}; export the encoder again`);
    return id;
  }

  /**
   * [CLS] ... [SEP] of canonical text, at most `most` ids with [SEP] kept at the end.
   * @param {string} text
   * @param {number} most
   * @returns {number[]}
   */
  ids(text, most) {
    const ids = [this._first];
    for (const word of text.split(" ")) {
      if (word && ids.length < most) this._spell(word, ids);
    }
    ids.length = Math.min(ids.length, most - 1);
    ids.push(this._last);
    return ids;
  }

  /** Whether there is anything in token ids but [UNK] and other specials. */
  canRead(ids) {
    return ids.some((id) => !this._specials.has(id));
  }

  _spell(word, ids) {
    const before = ids.length;
    if (characters(word).length > this._longest) {
      ids.push(this._unknown);
      return;
    }
    for (let start = 0; start < word.length;) {
      let end = word.length;
      let id;
      for (; end > start; end--) {
        id = this._ids.get((start ? this._prefix : "") + word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) {
        ids.length = before;
        ids.push(this._unknown);
        return;
      }
      ids.push(id);
      start = end;
    }
  }
}
