/** Kernels of the search: the scan of vectors, and sums over the forms of n-grams, as in `edge_er/native/search.py`. */

import { Room, wide } from "./kernels.js";

const PLACE = 24; // bytes of a form that may be among the best

/** Room in which kernels find the best of many scores. */
class BestRoom {
  /**
   * @param {import("./kernels.js").Kernels} kernels
   * @param {number} forms
   */
  constructor(kernels, forms) {
    this._kernels = kernels;
    this._forms = forms;
    this._room = new Room(kernels);
  }

  /**
   * The forms that a kernel finds.
   * @param {number} most
   * @param {(count: number, work: number, best: number) => number} find writes at most `count` forms to `best`; how many
   * @returns {number[]} ascending
   */
  forms(most, find) {
    const count = Math.min(most, this._forms);
    const best = this._room.of(8 * count + PLACE * Math.min(this._forms, 4 * count + 64) + this._forms);
    const found = find(count, best + 8 * count, best);
    const pairs = this._kernels.view(Int32Array, best, 2 * found);
    const forms = new Array(found);
    for (let place = 0; place < found; place++) forms[place] = pairs[2 * place];
    return forms;
  }
}

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
    this._best = new BestRoom(kernels, forms);
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

  /**
   * The forms of the highest of the last `dots`, ascending, of equal ones the smaller forms.
   * @param {number} most
   * @returns {number[]}
   */
  best(most) {
    const { best_whole: find } = this._kernels.functions;
    return this._best.forms(most, (count, work, best) => find(this._dots, this._forms, count, work, best));
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
    this._best = new BestRoom(kernels, this._forms);
  }

  /**
   * Worth of the n-grams that each form shares.
   * @param {number[]} ids of n-grams
   * @param {Int32Array} [shared] [forms], where they are written
   * @returns {Int32Array}
   */
  shared(ids, shared = new Int32Array(this._forms)) {
    const at = this._room.of(4 * ids.length);
    this._kernels.view(Int32Array, at, ids.length).set(ids);
    this._kernels.functions.shared(...this._of, at, ids.length, this._sums, this._forms);
    shared.set(this._kernels.view(Int32Array, this._sums, this._forms));
    return shared;
  }

  /**
   * The forms whose sums of the last `shared` are the highest, divided by their sizes, ascending, of equal ones the smaller forms.
   * @param {number} most
   * @returns {number[]}
   */
  best(most) {
    const { best_quotient: find } = this._kernels.functions;
    const { _sums: sums, _sizes: sizes, _forms: forms } = this;
    return this._best.forms(most, (count, work, best) => find(sums, sizes, forms, count, work, best));
  }
}
