/**
 * Numbers of a request in another spelling: in figures, in Roman figures, in words, as in `edge_er/text/numbers.py`. Number
 * words are made of atoms, which stand in `data/numbers.txt`.
 */

import { wordsOf } from "./carriers.js";

const LONGEST_WORD = 64; // a longer word is no number word
const READINGS = 2; // beside the request itself
const RUN = 3; // so many figures said one by one are one number,
const LONGEST_RUN = 16; // and not more
const SURE = "13"; // words for numbers from here up are hardly ever anything else
const LARGEST = 10000; // the first atom of a cardinal is below
const ADDS = ["add", "part", "decade"];

/** @typedef {{role: string, value: number, room: number, suffix: string}} Atom what a part of a number word does */
/** @typedef {Atom & {end: number}} Said `end` is how many words of the text have ended after it, 0 inside a word */
/** @typedef {{figures: string, next: number, small?: number}} Found `next` is the place after it, `small` a value below 100 */

const OTHER = { role: "other", value: 0, room: 0, suffix: "", end: 0 };

/** The number words of a language; none where the table has none. */
export class Numbers {
  /**
   * @param {string} table contents of `numbers.txt`
   * @param {string} lang
   */
  constructor(table, lang) {
    this._words = readWords(table, lang);
    this._roman = readWords(table, "all").usual;
    this._ofRoman = new Map(Array.from(this._roman, ([figures, word]) => [word, figures]));
  }

  /**
   * A canonical text with its numbers spelled otherwise: at most two readings that differ from it. First in figures, then in
   * Roman figures, then in words; the latter two write only words of `names`, no number beside another, no decade.
   * @param {string} text
   * @param {{has: (word: string) => boolean}} [names] words of names
   * @returns {string[]}
   */
  otherReadings(text, names) {
    const figures = this.inFigures(text);
    const readings = new Set([text, figures]);
    const words = wordsOf(figures);
    const { suffixes } = this._words;
    const single = words.map((_, at) => !(isFigures(words[at - 1]) || isFigures(words[at + 1]) || suffixes.has(words[at + 1])));
    for (const usual of [this._roman, this._words.usual]) {
      const spelled = (word, at) => (single[at] && names?.has(usual.get(word)) ? usual.get(word) : word);
      readings.add(words.map(spelled).join(" "));
    }
    return [...readings].slice(1, 1 + READINGS);
  }

  /**
   * A canonical text with number words and Roman figures in figures; the same text where it has none.
   * @param {string} text
   * @returns {string}
   */
  inFigures(text) {
    return new Reading(wordsOf(text), this._words, (word) => this._figures(word)).written().join(" ");
  }

  /**
   * Whether a reading has a number of at least 13 in figures that the text has in words.
   * @param {string} text
   * @param {string} reading
   * @returns {boolean}
   */
  isSure(text, reading) {
    const before = new Set(wordsOf(text));
    return wordsOf(reading).some((word) => {
      if (!isFigures(word) || before.has(word) || before.has(this._roman.get(word))) return false;
      const figures = word.replace(/^0+/, "");
      return figures.length > 2 || (figures.length === 2 && figures >= SURE);
    });
  }

  /** Figures as they are, Roman ones of two letters or more as figures; undefined for any other word. */
  _figures(word) {
    if (isFigures(word)) return word;
    return word.length > 1 ? this._ofRoman.get(word) : undefined;
  }
}

/** The words of one text as atoms. Places are indices of atoms; a number begins and ends with a word. */
class Reading {
  constructor(words, language, figuresOf) {
    this._words = words;
    this._pairs = language.atoms.has("-");
    this._figuresOf = figuresOf;
    /** @type {Said[]} */
    this._atoms = [];
    let end = 0;
    while (end < words.length) {
      const two = end + 1 < words.length && language.atoms.get(`${words[end]} ${words[end + 1]}`);
      const row = two ? [two] : cut(words[end], language);
      end += two ? 2 : 1;
      row.forEach((atom, at) => this._atoms.push({ ...atom, end: at + 1 < row.length ? 0 : end }));
    }
  }

  /** The words, with numbers in figures. */
  written() {
    const found = [];
    let place = 0;
    let said = 0;
    while (place < this._atoms.length) {
      let number = this._number(place);
      if (!number) {
        while (!this._at(place).end) place++;
        found.push(...this._words.slice(said, this._at(place).end));
        place++;
      }
      while (number) {
        found.push(number.figures);
        place = number.next;
        const { role, end } = this._at(place);
        number = role === "point" && end ? (this._saidSingly(place + 1) ?? this._number(place + 1)) : undefined;
      }
      said = this._at(place - 1).end;
    }
    return found;
  }

  _at(place) {
    return this._atoms[place] ?? OTHER;
  }

  _isFigure(place) {
    const { role, value, end } = this._at(place);
    return (role === "add" || role === "part") && value < 10 && end > 0;
  }

  _isZero(place) {
    return this._isFigure(place) && !this._at(place).value;
  }

  /** The number that begins at a place, if there is one. */
  _number(start) {
    const { role, end } = this._at(start);
    if (role === "other") {
      const figures = end ? this._figuresOf(this._words[end - 1]) : undefined;
      return figures && { figures, next: start + 1 };
    }
    const singly = this._saidSingly(start);
    if (singly && singly.figures.length >= RUN) return singly;
    let place = start;
    while (this._isZero(place)) place++;
    const number = this._paired(place) ?? { figures: "", next: place };
    if (number.next === start || (number.next === start + 1 && role === "part")) return undefined;
    return { figures: "0".repeat(place - start) + number.figures, next: number.next };
  }

  /** Figures said one by one, written side by side; undefined unless one of them can stand alone. */
  _saidSingly(start) {
    let place = start;
    while (this._isFigure(place) && place - start < LONGEST_RUN) place++;
    const said = this._atoms.slice(start, place);
    if (said.every(({ role }) => role === "part")) return undefined;
    return { figures: said.map(({ value }) => value).join(""), next: place };
  }

  /** The cardinal at a place, or two that make a pair. */
  _paired(start) {
    const first = this._cardinal(start);
    if (!first || !this._pairs || !first.small || first.figures.includes(" ")) return first;
    const zero = this._isZero(first.next);
    const second = this._cardinal(first.next + (zero ? 1 : 0));
    if (!second?.small || second.small < 10 !== zero) return first;
    return { figures: first.figures + (zero ? "0" : "") + second.figures, next: second.next };
  }

  /** The longest cardinal that begins at a place and ends with a word. */
  _cardinal(start) {
    let thousands = 0;
    let below = -1; // the thousands; nothing yet
    let room = LARGEST;
    let roomBefore = LARGEST;
    let value = 0;
    let suffix = "";
    let found;
    let place = start;
    while (!suffix) {
      const atom = this._at(place);
      const after = this._at(place + 1);
      const adds = ADDS.includes(after.role);
      const times = atom.role === "times" && below ? atom.value : 0;
      const apart = atom.role === "part" && atom.end && place > start && after.role !== "times";
      if (ADDS.includes(atom.role) && !apart && atom.value < room && (atom.value || below < 0)) {
        below = Math.max(below, 0) + atom.value;
        roomBefore = room;
        room = atom.room;
        suffix = atom.suffix;
      } else if (times === 100 && below < (thousands ? 10 : 100)) {
        below = 100 * Math.abs(below);
        room = 100;
      } else if (times === 1000 && below < 1000 && !thousands) {
        thousands = 1000 * Math.abs(below);
        below = -1;
        room = 1000;
      } else if (atom.role === "join" && place > start && adds && after.value > 0 && after.value < room) {
        place++;
        continue;
      } else if (atom.role === "turned" && adds && turns(below % 100, after.value, roomBefore)) {
        below += after.value;
        room = 0;
        place++;
      } else if (atom.role === "suffix" && place > start && !this._at(place - 1).end && value % 10 === 0) {
        suffix = atom.suffix;
      } else {
        break;
      }
      place++;
      value = thousands + Math.max(below, 0);
      if (this._at(place - 1).end) {
        const figures = suffix ? `${String(value).padStart(2, "0")} ${suffix}` : String(value);
        found = { figures, next: place, small: value < 100 ? value : 0 };
      }
    }
    return found;
  }
}

/** Whether a word is figures alone. */
export const isFigures = (word) => /^[0-9]+$/.test(word ?? "");

/** Whether a number that ends with a unit may be followed by "and" and tens ("ein und zwanzig"). */
function turns(unit, tens, room) {
  return unit > 0 && unit < 10 && tens >= 10 && tens < room;
}

/** The atoms of a word; `OTHER` where it is no row of atoms. */
function cut(word, { atoms, longest }) {
  const last = word.length;
  let begins = 1;
  while (begins <= Math.min(last, longest) && !atoms.has(word.slice(0, begins))) begins++;
  if (begins > Math.min(last, longest) || last > LONGEST_WORD) return [OTHER]; // most words end here
  const sizes = new Uint8Array(last); // of the longest atom at each letter after which the rest can be cut too
  for (let start = last - 1; start >= 0; start--) {
    for (let end = start + 1; end <= Math.min(last, start + longest); end++) {
      if ((end === last || sizes[end]) && atoms.has(word.slice(start, end))) sizes[start] = end - start;
    }
  }
  const row = [];
  for (let place = 0; place < last && sizes[place]; place += sizes[place]) {
    row.push(atoms.get(word.slice(place, place + sizes[place])));
  }
  return row.length ? row : [OTHER];
}

/** The atoms of a section of the table, the length of the longest, usual words by figures, suffixes of decades. */
function readWords(table, lang) {
  const atoms = new Map();
  const usual = new Map();
  const suffixes = new Set();
  let longest = 0;
  let inside = false;
  for (const line of table.split("\n")) {
    if (line.startsWith("[")) inside = line === `[${lang}]`;
    else if (inside && line) {
      const [role, value, room, suffix, ...rest] = line.split(" ");
      const words = rest.join(" ").split("|");
      for (const word of words) {
        atoms.set(word, { role, value: Number(value), room: Number(room), suffix: suffix === "-" ? "" : suffix });
        longest = Math.max(longest, word.length);
        if (suffix !== "-") suffixes.add(suffix);
      }
      if ((role === "add" || role === "roman") && !usual.has(value)) usual.set(value, words[0]);
    }
  }
  return { atoms, longest, usual, suffixes };
}
