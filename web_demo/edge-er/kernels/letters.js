/**
 * The kernel of the misrecognition score: the letters of forms, aligned with those of a request, as in
 * `edge_er/native/letters.py`. Forms are laid out when they are first compared: most of a catalog never is.
 */

import { Room } from "./kernels.js";

const CODES = 64; // bytes of a row of gains too, so that a row's place is its address divided by it

/**
 * @typedef {object} LetterCosts of a language
 * @property {Int16Array} usual [64 · 64] what each letter of a request earns after another
 * @property {Int16Array} added [64 · 64] what it costs to be added
 * @property {number} left cost of a letter that is left out
 * @property {number} border what an end on the border of a word earns
 * @property {number} edge the code before the first letter
 */

/** The letters of a set of forms. Each form has two places in the kernel's tables: where its letters begin, and where they end. */
export class LettersKernel {
  /**
   * @param {import("./kernels.js").Kernels} kernels
   * @param {LetterCosts} costs
   * @param {number} forms
   */
  constructor(kernels, { usual, added, left, border, edge }, forms) {
    this._kernels = kernels;
    this._known = new Uint8Array(forms);
    this._starts = kernels.room(16 * (forms + 1));
    this._lost = kernels.room(8 * forms);
    const tables = [usual, added].map((costs) => kernels.put(Int32Array.from(costs)));
    this._base = this._starts; // contexts and gains are counted from here
    this._of = kernels.put(Int32Array.of(this._starts, this._base, this._base, this._lost, ...tables, left, border, edge));
    this._rows = new Map();
    this._room = new Room(kernels);
  }

  /**
   * Lay out the letters of a form.
   * @param {number} form
   * @param {() => {costs: Int32Array[], lost: Int32Array}} lettersOf for each letter what hearing each code costs, and losing it
   */
  know(form, lettersOf) {
    if (this._known[form]) return;
    const { costs, lost } = lettersOf();
    const rows = costs.map((cost, at) => this._row(cost, lost[at]));
    const first = (this._kernels.put(Int32Array.from(rows)) - this._base) / 4;
    const starts = this._kernels.view(Int32Array, this._starts + 16 * form, 3);
    starts[0] = first;
    starts[2] = first + rows.length;
    this._kernels.view(Int32Array, this._lost + 8 * form, 1)[0] = lost.reduce((sum, each) => sum + each, 0);
    this._known[form] = 1;
  }

  /**
   * The score of the best alignment of each of `forms`, which are known.
   * @param {ArrayLike<number>} forms
   * @param {{codes: Uint8Array, sizes: ArrayLike<number>, kinds: ArrayLike<number>}} request codes of its letters, how many each
   *   word has, and of each word 1 for one of carriers plus 2 for one of the name
   * @returns {number[]}
   */
  align(forms, { codes, sizes, kinds }) {
    const { _kernels: kernels } = this;
    const chosen = this._room.of(16 * forms.length + 21 * (codes.length + 1) + 5 * sizes.length + 8);
    const scores = chosen + 8 * forms.length;
    const work = scores + 8 * forms.length;
    const lengths = work + 16 * (codes.length + 1);
    const said = lengths + 4 * sizes.length;
    const kindsAt = said + codes.length;
    const places = kernels.view(Int32Array, chosen, 2 * forms.length);
    for (let at = 0; at < forms.length; at++) {
      places[2 * at] = 2 * forms[at];
      places[2 * at + 1] = 0;
    }
    kernels.view(Int32Array, lengths, sizes.length).set(sizes);
    kernels.view(Uint8Array, said, codes.length).set(codes);
    kernels.view(Uint8Array, kindsAt, kinds.length).set(kinds);
    kernels.functions.align(
      ...[this._of, chosen, forms.length, said, codes.length, lengths, kindsAt, sizes.length, work, scores],
    );
    const found = kernels.view(Int32Array, scores, 2 * forms.length);
    const worths = new Array(forms.length);
    for (let at = 0; at < forms.length; at++) worths[at] = found[2 * at];
    return worths;
  }

  /** The place of the row of gains of a letter: what losing it costs less what hearing it as each code does. */
  _row(cost, lost) {
    let rows = this._rows.get(cost);
    if (!rows) this._rows.set(cost, (rows = new Map()));
    let place = rows.get(lost);
    if (place === undefined) {
      const address = this._kernels.put(Int8Array.from({ length: CODES }, (_, code) => lost - cost[code]));
      rows.set(lost, (place = (address - this._base) / CODES));
    }
    return place;
  }
}
