/** The exact scan over int8 vectors: dot products in whole numbers, the same on every machine. */

const SHIFT = 2 ** 26; // a dot product of int8 vectors of up to 2,080 dimensions is below half of it

/** Surface forms as int8 vectors. */
export class ExactIndex {
  /**
   * @param {Int8Array} vectors [forms · dim]
   * @param {number} forms
   */
  constructor(vectors, forms) {
    this.dim = forms ? vectors.length / forms : 0;
    this._forms = forms;
    const { dim } = this;
    // Two forms in one number, the second shifted: one product serves both, and a double holds the sum exactly.
    this._pairs = new Float64Array(Math.ceil(forms / 2) * dim);
    for (let form = 0; form < forms; form++) {
      const unit = form % 2 ? SHIFT : 1;
      const pair = (form >> 1) * dim;
      for (let i = 0; i < dim; i++) this._pairs[pair + i] += vectors[form * dim + i] * unit;
    }
  }

  /**
   * The dot product of one vector with that of every form.
   * @param {Int8Array} vector [dim]
   * @returns {Int32Array} [forms]
   */
  dots(vector) {
    const { dim, _pairs: pairs } = this;
    const dots = new Int32Array(this._forms);
    const request = Float64Array.from(vector);
    for (let form = 0, at = 0; form < dots.length; form += 2) {
      let even = 0;
      let odd = 0;
      let i = 0;
      for (; i + 1 < dim; i += 2, at += 2) {
        even += request[i] * pairs[at];
        odd += request[i + 1] * pairs[at + 1];
      }
      if (i < dim) even += request[i] * pairs[at++];
      const both = even + odd;
      const second = Math.round(both / SHIFT);
      dots[form] = both - second * SHIFT;
      if (form + 1 < dots.length) dots[form + 1] = second;
    }
    return dots;
  }
}
