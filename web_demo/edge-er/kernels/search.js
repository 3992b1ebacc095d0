/** Kernels of the search: the scan of vectors, and sums over the forms of n-grams, as in `edge_er/native/search.py`. */

import { Room, wide } from "./kernels.js";

const PAIR = 16; // bytes of a form and its score

/** Surface forms as int8 vectors; the same as `ExactIndex`. */
export class ScanKernel {
  /**
   * @param {import("./kernels.js").Kernels} kernels
   * @param {Int8Array} vectors [forms · dim]
   * @param {number} forms
   */
  constructor(kernels, vectors, forms) {
    this._kernels = kernels;
    this._forms = forms;
    this.dim = forms ? vectors.length / forms : 0;
    this._vectors = kernels.put(vectors);
    this._request = kernels.room(2 * this.dim);
    this._dots = kernels.room(4 * forms);
  }

  /**
   * The dot product of one vector with that of every form.
   * @param {Int8Array} vector [dim]
   * @param {Int32Array} [dots] [forms], where they are written
   * @returns {Int32Array}
   */
  dots(vector, dots = new Int32Array(this._forms)) {
    const { _kernels: kernels, _forms: forms } = this;
    if (vector.length !== this.dim && forms) throw new RangeError(`expected a vector of ${this.dim}, found ${vector.length}`);
    kernels.view(Int16Array, this._request, this.dim).set(forms ? vector : []);
    kernels.functions.scan(this._request, this._vectors, forms, this.dim, this._dots);
    dots.set(kernels.view(Int32Array, this._dots, forms));
    return dots;
  }
}

/** Which forms have each n-gram, and what sharing it is worth. */
export class PostingsKernel {
  /**
   * @param {import("./kernels.js").Kernels} kernels
   * @param {{owners: Int32Array, worth: number}[]} ngrams
   * @param {Float64Array} sizes [forms], what sums are divided by, above 0
   */
  constructor(kernels, ngrams, sizes) {
    this._kernels = kernels;
    this._forms = sizes.length;
    const starts = new Int32Array(ngrams.length + 1);
    ngrams.forEach(({ owners }, place) => (starts[place + 1] = starts[place] + owners.length));
    const forms = new Int32Array(starts[ngrams.length]);
    ngrams.forEach(({ owners }, place) => forms.set(owners, starts[place]));
    const worths = Int32Array.from(ngrams, ({ worth }) => worth);
    this._of = [wide(starts), forms, worths].map((values) => kernels.put(values));
    this._sizes = kernels.put(sizes);
    this._sums = kernels.room(4 * this._forms);
    this._room = new Room(kernels);
  }

  /**
   * Worth of the n-grams that each form shares.
   * @param {number[]} ids of n-grams
   * @returns {Int32Array} [forms]
   */
  shared(ids) {
    const at = this._room.of(4 * ids.length);
    this._kernels.view(Int32Array, at, ids.length).set(ids);
    this._kernels.functions.shared(...this._of, at, ids.length, this._sums, this._forms);
    return this._kernels.view(Int32Array, this._sums, this._forms).slice();
  }

  /**
   * The forms whose sums of the last `shared` are the highest, divided by their sizes, best first, ties by form.
   * @param {number} most
   * @returns {number[]}
   */
  best(most) {
    const count = Math.min(most, this._forms);
    const work = this._room.of((PAIR + 8) * count);
    const best = work + PAIR * count;
    const found = this._kernels.functions.best_quotient(this._sums, this._sizes, this._forms, count, work, best);
    const pairs = this._kernels.view(Int32Array, best, 2 * found);
    return Array.from({ length: found }, (_, place) => pairs[2 * place]);
  }
}
