/**
 * The letters of canonical text as codes: a-z, 0-9, the digraphs of a language, and what all other characters share, as in
 * `edge_er/text/letters.py`. A digraph counts as one letter; in a spelled text a capital letter stands for it.
 */

import constants from "../data/constants.js";
import { characters } from "./canonical.js";

const { edge: EDGE } = constants.misrecognition;
const BASIC = "abcdefghijklmnopqrstuvwxyz0123456789";
const FIRST = "A".codePointAt(0);

export class Letters {
  /** @param {string[]} [digraphs] of which the first that fits counts */
  constructor(digraphs = []) {
    this._symbols = digraphs.map((digraph, at) => [digraph, String.fromCodePoint(FIRST + at)]);
    this.others = BASIC.length + digraphs.length; // the first code of other characters
  }

  /** The text with a capital letter for each digraph. */
  spelled(text) {
    for (const [digraph, symbol] of this._symbols) if (text.includes(digraph)) text = text.replaceAll(digraph, symbol);
    return text;
  }

  /** How many letters a text without spaces has. */
  count(text) {
    return characters(this.spelled(text)).length;
  }

  /** The codes of the letters of `text`, spaces left out. */
  codes(text) {
    return Uint8Array.from(characters(this.spelled(text).replaceAll(" ", "")), (character) => this.code(character));
  }

  /** The code of a character of a spelled text. */
  code(character) {
    const point = character.codePointAt(0);
    if (point >= 97 && point <= 122) return point - 97;
    if (point >= 48 && point <= 57) return point - 22;
    if (point >= FIRST && point < FIRST + this._symbols.length) return BASIC.length + point - FIRST;
    return this.others + (point % (EDGE - this.others));
  }
}
