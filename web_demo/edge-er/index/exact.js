/** The exact scan over int8 vectors: dot products in whole numbers, the same on every machine. */

const WHOLE = 52; // bits of a whole number that a double holds, whatever its sign
const ROOM = 1.1; // requests may be so much longer than the longest form
const SIDE_BY_SIDE = 4; // sums at once, so that no addition waits for the one before
const ROUND = 1.5 * 2 ** 52; // added and taken off again, it rounds a double to a whole number

/**
 * Surface forms as int8 vectors.
 *
 * Several forms stand in one number, each shifted beyond the largest dot product there can be (by Cauchy and Schwarz, from
 * the lengths of the vectors): one product serves them all, and a double holds their sums exactly.
 */
export class ExactIndex {
  /**
   * @param {Int8Array} vectors [forms · dim]
   * @param {number} forms
   */
  constructor(vectors, forms) {
    this.dim = forms ? vectors.length / forms : 0;
    this._forms = forms;
    this._longest = 0;
    for (let form = 0; form < forms; form++) {
      const length = lengthOf(vectors.subarray(form * this.dim, (form + 1) * this.dim));
      if (length > this._longest) this._longest = length;
    }
    this._bits = 1 + Math.ceil(Math.log2(ROOM * this._longest ** 2 + 2));
    this._each = Math.max(1, Math.min(3, Math.floor(WHOLE / this._bits)));
    this._packed = packed(vectors, forms, this.dim, this._each, 2 ** this._bits);
  }

  /**
   * The dot product of one vector with that of every form.
   * @param {Int8Array} vector [dim]
   * @param {Float64Array} [dots] [forms], where they are written
   * @returns {Float64Array} whole numbers
   */
  dots(vector, dots = new Float64Array(this._forms)) {
    const { dim, _packed: numbers } = this;
    const request = Float64Array.from(vector);
    if (lengthOf(vector) * this._longest >= 2 ** (this._bits - 1)) return this._oneByOne(request, dots);
    const step = SIDE_BY_SIDE * this._each;
    for (let form = 0, at = 0; form < this._forms; form += step) {
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let i = 0; i < dim; i++, at += SIDE_BY_SIDE) {
        const value = request[i];
        a += value * numbers[at];
        b += value * numbers[at + 1];
        c += value * numbers[at + 2];
        d += value * numbers[at + 3];
      }
      this._unpack(a, dots, form);
      this._unpack(b, dots, form + this._each);
      this._unpack(c, dots, form + 2 * this._each);
      this._unpack(d, dots, form + 3 * this._each);
    }
    return dots;
  }

  /** The dot products in one sum. */
  _unpack(sum, dots, form) {
    const unit = 2 ** this._bits;
    const end = Math.min(form + this._each, this._forms);
    for (let rest = sum; form < end; form++) {
      const more = rest / unit + ROUND - ROUND;
      dots[form] = rest - more * unit;
      rest = more;
    }
  }

  /** The same for a vector that is longer than those of forms. */
  _oneByOne(request, dots) {
    const unit = 2 ** this._bits;
    for (let form = 0; form < this._forms; form++) {
      const [number, place] = [Math.floor(form / this._each), form % this._each];
      const start = Math.floor(number / SIDE_BY_SIDE) * SIDE_BY_SIDE * this.dim + (number % SIDE_BY_SIDE);
      dots[form] = 0;
      for (let i = 0; i < this.dim; i++) {
        let rest = this._packed[start + SIDE_BY_SIDE * i];
        for (let before = 0; before < place; before++) rest = rest / unit + ROUND - ROUND;
        dots[form] += request[i] * (rest - (rest / unit + ROUND - ROUND) * unit);
      }
    }
    return dots;
  }
}

/** Numbers of `each` forms, four of them side by side: [forms / 4 each][dim][4]. */
function packed(vectors, forms, dim, each, unit) {
  const count = Math.ceil(forms / (SIDE_BY_SIDE * each));
  const numbers = new Float64Array(count * dim * SIDE_BY_SIDE);
  for (let form = 0; form < forms; form++) {
    const [number, place] = [Math.floor(form / each), form % each];
    const start = Math.floor(number / SIDE_BY_SIDE) * SIDE_BY_SIDE * dim + (number % SIDE_BY_SIDE);
    const shift = unit ** place;
    for (let i = 0; i < dim; i++) numbers[start + SIDE_BY_SIDE * i] += vectors[form * dim + i] * shift;
  }
  return numbers;
}

function lengthOf(vector) {
  let square = 0;
  for (let i = 0; i < vector.length; i++) square += vector[i] * vector[i];
  return Math.sqrt(square);
}
