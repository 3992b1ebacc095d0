/**
 * How much likelier a request becomes when a form was said in it, in eighths of a bit, as in `edge_er/text/misrecognition.py`.
 *
 * Costs stand in `data/hearing.txt`. The worth of a form is that of its best place in the request: a weighted alignment
 * of letters without spaces, in which both ends earn BORDER where they fall on the border of a word; letters of fillers cost
 * a SPAREDth where they are not heard.
 */

import { carrierWords, nameSpan, wordsOf } from "./carriers.js";
import constants from "../data/constants.js";
import { LettersKernel } from "../kernels/letters.js";
import { Letters } from "./letters.js";

const told = constants.misrecognition;
const { left: LEFT, border: BORDER, spared: SPARED, unheard_of: UNHEARD_OF, codes: CODES, edge: EDGE } = told;
export const BIT = told.bit; // units of worth
const LOST = CODES; // column of what is not heard at all
const COLUMNS = CODES + 1;
const OF_CARRIERS = /^(words|fillers|calls|opens|nouns|closes) /;

/** The forms of a catalog as a recogniser of `lang` may hear them; a language without counts has those of all. */
export class Misrecognition {
  /**
   * @param {string} table contents of `hearing.txt`
   * @param {string} lang
   * @param {string[]} forms in canonical text
   * @param {object} [options]
   * @param {import("./carriers.js").CarrierWords} [options.carriers] of the same table
   * @param {import("../kernels/kernels.js").Kernels | null} [options.kernels] that align
   */
  constructor(table, lang, forms, { carriers = carrierWords(table), kernels = null } = {}) {
    this._costs = readCosts(table, lang);
    this._carriers = carriers;
    this._forms = forms;
    this._said = new Array(forms.length); // what `_lettersOf` gives, made when a form is first compared
    this._letters = this._costs.letters;
    this._contexts = new Map();
    this._row = new Int32Array(64); // of the alignment, for all requests
    const told = { usual: this._costs.usual, added: this._costs.added, left: LEFT, border: BORDER, edge: EDGE };
    this._kernel = kernels && new LettersKernel(kernels, told, forms.length);
  }

  /**
   * Worth of each of `forms`, given by their index, as an explanation of canonical `request`.
   * @param {string} request
   * @param {ArrayLike<number>} forms
   * @param {import("./carriers.js").Span} [span] words of the name; by default those that `nameSpan` finds
   * @returns {number[]}
   */
  worth(request, forms, span) {
    if (!request) return Array.from(forms, () => 0);
    if (this._kernel) return this._aligned(request, forms, span);
    const heard = this._heard(request, span);
    if (this._row.length <= heard.letters.length) this._row = new Int32Array(2 * heard.letters.length);
    return Array.from(forms, (form) => this._best((this._said[form] ??= this._lettersOf(this._forms[form])), heard));
  }

  /** The same by kernels. */
  _aligned(request, forms, span) {
    for (const form of forms) this._kernel.know(form, () => this._lettersOf(this._forms[form]));
    const words = wordsOf(request);
    const [first, last] = span ?? nameSpan(words, this._carriers);
    const kinds = words.map((word, at) => (this._carriers.words.has(word) ? 1 : 0) + (at >= first && at < last ? 2 : 0));
    const sizes = words.map((word) => this._letters.count(word));
    return this._kernel.align(forms, { codes: this._letters.codes(request), sizes, kinds });
  }

  /**
   * What all letters of a text earn as one word where they are heard as they are.
   * @param {string} text
   * @returns {number}
   */
  gain(text) {
    const letters = this._letters.codes(text);
    let gain = 0;
    for (let at = 0; at < letters.length; at++) {
      const before = at ? letters[at - 1] : EDGE;
      const cost = this._costOf(before, letters[at], at + 1 < letters.length ? letters[at + 1] : EDGE);
      gain += this._costs.usual[before * CODES + letters[at]] - cost[letters[at]];
    }
    return gain;
  }

  /** What does not depend on the form: letters, costs of leaving and adding them, rewards, what a border earns. */
  _heard(request, span) {
    const letters = this._letters.codes(request);
    const count = letters.length;
    const heard = { letters, usual: new Int32Array(count), added: new Int32Array(count) };
    heard.left = new Int32Array(count + 1);
    heard.border = new Int32Array(count + 1);
    heard.border[0] = BORDER;
    const words = wordsOf(request);
    const [first, last] = span ?? nameSpan(words, this._carriers);
    let at = 0;
    words.forEach((word, place) => {
      const cost = this._carriers.words.has(word) ? 0 : LEFT;
      for (let left = this._letters.count(word); left > 0; left--) {
        const cell = (at ? letters[at - 1] : EDGE) * CODES + letters[at];
        heard.usual[at] = place >= first && place < last ? this._costs.usual[cell] : 0;
        heard.added[at] = Math.max(this._costs.added[cell] - heard.usual[at], 1);
        heard.left[++at] = heard.left[at - 1] + cost;
      }
      heard.border[at] = BORDER;
    });
    heard.start = Int32Array.from(heard.left, (left, place) => heard.border[place] - left);
    for (let place = 1; place <= count; place++) {
      heard.start[place] = Math.max(heard.start[place], heard.start[place - 1] - heard.added[place - 1]);
    }
    return heard;
  }

  /** The costs of what may be heard for each letter of a form, and of hearing nothing. */
  _lettersOf(form) {
    const letters = this._letters.codes(form);
    const cheap = spared(form, this._carriers.fillers, this._letters);
    const costs = Array.from(letters, (letter, at) =>
      this._costOf(at ? letters[at - 1] : EDGE, letter, at + 1 < letters.length ? letters[at + 1] : EDGE),
    );
    const lost = costs.map((cost, at) => (cheap?.[at] ? Math.max(Math.floor(cost[LOST] / SPARED), 1) : cost[LOST]));
    return { costs, lost: Int32Array.from(lost) };
  }

  /** The worth of a form's best place: `row` holds, for each place of the request, the best alignment that ends there. */
  _best({ costs, lost }, { letters, usual, added, left, border, start }) {
    const count = letters.length;
    const row = this._row;
    row.set(start);
    for (let at = 0; at < costs.length; at++) {
      const cost = costs[at];
      const gone = lost[at];
      let above = row[0];
      let last = (row[0] = above - gone);
      for (let place = 0; place < count; place++) {
        const said = above + usual[place] - cost[letters[place]];
        above = row[place + 1];
        last -= added[place];
        if (said > last) last = said;
        if (above - gone > last) last = above - gone;
        row[place + 1] = last;
      }
    }
    let best = row[0] - left[count] + left[0] + border[0];
    for (let place = 1; place <= count; place++) {
      const worth = row[place] - left[count] + left[place] + border[place];
      if (worth > best) best = worth;
    }
    return best;
  }

  /** The cost of every letter heard for one that is said between two others, and of none; computed once. */
  _costOf(before, said, after) {
    const context = (before * CODES + said) * CODES + after;
    let costs = this._contexts.get(context);
    if (!costs) {
      costs = new Int32Array(COLUMNS);
      for (let heard = 0; heard < COLUMNS; heard++) {
        const plain = this._costs.said[said * COLUMNS + heard];
        const shift =
          this._costs.after[(before * CODES + said) * COLUMNS + heard] +
          this._costs.before[(said * CODES + after) * COLUMNS + heard];
        costs[heard] = plain < UNHEARD_OF ? Math.max(0, Math.min(UNHEARD_OF, plain + shift)) : plain;
      }
      costs[LOST] = Math.max(costs[LOST], 1);
      this._contexts.set(context, costs);
    }
    return costs;
  }
}

/** 1 for each letter of a form that stands in a filler beside other words, else 0; null where none does. */
function spared(form, fillers, letters) {
  const words = form.split(" ").filter(Boolean);
  const found = words.map((word) => fillers.has(word));
  if (found.every(Boolean) || !found.some(Boolean)) return null;
  return Uint8Array.from(words.flatMap((word, place) => new Array(letters.count(word)).fill(Number(found[place]))));
}

/** The tables of `lang`, or those of all languages. */
function readCosts(text, lang) {
  const sections = new Map();
  let section = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("[")) sections.set(line.slice(1, -1), (section = []));
    else if (line && !line.startsWith("#") && !OF_CARRIERS.test(line)) section.push(line.split(" "));
  }
  const [[, ...digraphs], ...lines] = sections.get(lang) ?? sections.get("all");
  const costs = noCosts(new Letters(digraphs));
  for (const line of lines) readLine(line, costs);
  return costs;
}

/** A line: its kind, one letter or two, the letters that are heard, and a cost for each. */
function readLine([kind, key, heard, ...numbers], costs) {
  const table = costs[kind];
  const width = kind === "added" || kind === "usual" ? CODES : COLUMNS;
  const codeOf = (letter) => (letter === "_" ? EDGE : letter === "-" ? LOST : costs.letters.code(letter));
  const all = key === ".";
  const first = all ? 0 : Array.from(key, codeOf).reduce((row, code) => row * CODES + code, 0);
  for (let at = 0; at < heard.length; at++) {
    const column = codeOf(heard[at]);
    const cost = parseInt(numbers[at], 10);
    for (let row = first; row < (all ? CODES : first + 1); row++) table[row * width + column] = cost;
  }
}

/** Tables in which nothing is told yet. */
function noCosts(letters) {
  const said = new Int16Array(CODES * COLUMNS).fill(UNHEARD_OF);
  for (let code = letters.others; code < EDGE; code++) {
    said[code * COLUMNS + code] = told.foreign_same;
    said[code * COLUMNS + LOST] = told.foreign_lost;
  }
  return {
    letters,
    said,
    after: new Int16Array(CODES * CODES * COLUMNS),
    before: new Int16Array(CODES * CODES * COLUMNS),
    added: new Int16Array(CODES * CODES).fill(told.foreign_added),
    usual: new Int16Array(CODES * CODES).fill(told.foreign_usual),
  };
}
