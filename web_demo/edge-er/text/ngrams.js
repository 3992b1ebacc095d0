/** How much of a surface form a request holds: pieces of two and three characters, as in `edge_er/text/ngrams.py`. */

import { PostingsKernel } from "../kernels/search.js";
import { characters } from "./canonical.js";

const ROOTS = [1.1892071150027212, 1.4142135623730951, 1.6817928305074292]; // the first numbers from 2^(1/4), 2^(2/4), 2^(3/4) up

/**
 * The pieces of two and three characters of `text`.
 * @param {string} text
 * @returns {Set<string>}
 */
export function ngrams(text) {
  const letters = characters(text);
  const pieces = new Set();
  for (let at = 0; at + 1 < letters.length; at++) {
    const pair = letters[at] + letters[at + 1];
    pieces.add(pair);
    if (at + 2 < letters.length) pieces.add(pair + letters[at + 2]);
  }
  return pieces;
}

/**
 * An inverted list: piece to the forms that hold it, each piece worth its rarity.
 *
 * With `like` a piece is worth what it is in that index, and one that is not in it as much as if one form there had it.
 */
export class NgramIndex {
  /**
   * @param {string[]} forms
   * @param {NgramIndex} [like]
   */
  constructor(forms, like) {
    this.forms = forms.length;
    const having = new Map();
    forms.forEach((form, number) => {
      for (const piece of ngrams(form)) {
        const owners = having.get(piece);
        if (owners) owners.push(number);
        else having.set(piece, [number]);
      }
    });
    const known = new Map();
    /** The forms that have each piece, and its worth. */
    this._pieces = new Map();
    /** Worth of all pieces of each form. */
    this.totals = new Int32Array(forms.length);
    for (const [piece, owners] of having) {
      const quotient = Math.floor(forms.length / owners.length);
      if (!known.has(quotient)) known.set(quotient, quarterLog2(quotient));
      const worth = like ? like.worth(piece) : known.get(quotient);
      this._pieces.set(piece, { owners: Int32Array.from(owners), worth });
      for (const form of owners) this.totals[form] += worth;
    }
  }

  /**
   * What sharing `piece` is worth.
   * @param {string} piece
   * @returns {number}
   */
  worth(piece) {
    return this._pieces.get(piece)?.worth ?? quarterLog2(this.forms);
  }

  /**
   * Let kernels add up what pieces are worth.
   * @param {import("../kernels/kernels.js").Kernels} kernels
   * @param {Float64Array} sizes [forms], what the sums are divided by to find the best
   */
  useKernels(kernels, sizes) {
    const pieces = Array.from(this._pieces.values());
    this._postings = new PostingsKernel(kernels, pieces, sizes);
    pieces.forEach((piece, id) => Object.assign(piece, { id, owners: null }));
  }

  /**
   * The forms that share most with the request of the last `shared`, for their sizes, best first; null without kernels.
   * @param {number} most
   * @returns {number[] | null}
   */
  best(most) {
    return this._postings?.best(most) ?? null;
  }

  /**
   * Worth of the pieces that each form shares with `request`.
   * @param {string} request
   * @param {Int32Array} [shared] [forms], where they are written
   * @returns {Int32Array}
   */
  shared(request, shared = new Int32Array(this.forms)) {
    const found = Array.from(ngrams(request), (piece) => this._pieces.get(piece)).filter(Boolean);
    if (this._postings) return this._postings.shared(found.map(({ id }) => id), shared);
    shared.fill(0);
    for (const known of found) {
      const { owners, worth } = known;
      for (let at = 0; at < owners.length; at++) shared[owners[at]] += worth;
    }
    return shared;
  }
}

/**
 * floor(4 · log2(number)), exactly.
 * @param {number} number a whole number above 0
 * @returns {number}
 */
export function quarterLog2(number) {
  let quarters = 0;
  let rest = number;
  for (; rest >= 2; rest /= 2) quarters += 4;
  for (const root of ROOTS) if (rest >= root) quarters++;
  return quarters;
}
