/** How much of a surface form a request holds: pieces of two and three characters, as in `edge_er/text/ngrams.py`. */

import { characters } from "./normalize.js";

/**
 * The pieces of two and three characters of `text`.
 * @param {string} text
 * @returns {Set<string>}
 */
export function grams(text) {
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
export class GramIndex {
  /**
   * @param {string[]} forms
   * @param {GramIndex} [like]
   */
  constructor(forms, like) {
    this.forms = forms.length;
    this._owners = new Map();
    forms.forEach((form, number) => {
      for (const piece of grams(form)) {
        const owners = this._owners.get(piece);
        if (owners) owners.push(number);
        else this._owners.set(piece, [number]);
      }
    });
    const known = new Map();
    this._worth = new Map();
    /** Worth of all pieces of each form. */
    this.totals = new Int32Array(forms.length);
    for (const [piece, owners] of this._owners) {
      const quotient = Math.floor(forms.length / owners.length);
      if (!known.has(quotient)) known.set(quotient, quarterLog2(quotient));
      const worth = like ? like.worth(piece) : known.get(quotient);
      this._worth.set(piece, worth);
      for (const form of owners) this.totals[form] += worth;
    }
  }

  /**
   * What sharing `piece` is worth.
   * @param {string} piece
   * @returns {number}
   */
  worth(piece) {
    return this._worth.get(piece) ?? quarterLog2(this.forms);
  }

  /**
   * Worth of the pieces that each form shares with `request`.
   * @param {string} request
   * @returns {Int32Array} [forms]
   */
  shared(request) {
    const shared = new Int32Array(this.forms);
    for (const piece of grams(request)) {
      const owners = this._owners.get(piece);
      if (!owners) continue;
      const worth = this._worth.get(piece);
      for (let at = 0; at < owners.length; at++) shared[owners[at]] += worth;
    }
    return shared;
  }
}

/**
 * floor(4 · log2(number)), exactly.
 * @param {number | bigint} number a whole number above 0
 * @returns {number}
 */
export function quarterLog2(number) {
  return (BigInt(number) ** 4n).toString(2).length - 1;
}
