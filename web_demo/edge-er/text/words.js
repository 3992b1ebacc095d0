/**
 * Word scores: how much the whole words that a request and a form share speak for the form, in any order, in eighths of a
 * bit, as in `edge_er/text/words.py`.
 */

import { nameSpan, wordsOf } from "./carriers.js";
import constants from "../data/constants.js";
import { characters } from "./canonical.js";
import { isUnspaced, partsOf } from "./unspaced.js";
import { frequencies, isCommon, isRare, isWeak, omission } from "./word_values.js";

const COSTS = constants.words;

/** The score of forms that the words of a request say nothing about. */
export const NO_SCORE = -(2 ** 30);

/**
 * @typedef {object} WordScores
 * @property {Int32Array} scores [forms]
 * @property {Uint8Array} phrases [forms]
 * @property {Uint8Array} parts [forms]
 * @property {number[]} forms those that have a word of the request; the others have no score
 */

/** An inverted list: word to the forms that have it, with what it gains and what leaving it out costs. */
export class WordIndex {
  /**
   * @param {import("./misrecognition.js").Misrecognition} hearing of the language that is spoken
   * @param {import("./carriers.js").CarrierWords} carriers
   * @param {string[]} forms in canonical text
   * @param {WordIndex} [base] of the catalog that these forms stand beside: it says which words many names have, and its
   *   words count as words of names too
   */
  constructor(hearing, carriers, forms, base) {
    this._base = base;
    this._carriers = carriers;
    this._words = new Map();
    const held = forms.map((form) => new Set(wordsOf(form)));
    held.forEach((words, form) => {
      for (const word of words) {
        const known = this._words.get(word);
        if (known) known.forms.push(form);
        else this._words.set(word, { forms: [form] });
      }
    });
    /** Words that many names have. */
    this.common = base ? base.common : this._common(forms.length);
    for (const [word, known] of this._words) {
      known.forms = Int32Array.from(known.forms);
      known.worth = Math.max(hearing.gain(word), 1);
      known.weak = isWeak(word, carriers);
      known.gain = known.weak ? Math.min(known.worth, COSTS.weak_gain) : known.worth;
      known.omissions = new Uint8Array(known.forms.length); // in the order of its forms
    }
    this._sizes = Int32Array.from(held, (words) => words.size);
    this._omitted = new Int32Array(forms.length);
    this._worth = new Int32Array(forms.length);
    const cheap = forms.map((form) => frequencies(wordsOf(form)));
    for (const [word, known] of this._words) {
      known.forms.forEach((form, at) => {
        known.omissions[at] = this._omission(word, cheap[form]);
        this._omitted[form] += known.omissions[at];
        this._worth[form] += known.worth;
      });
    }
    this._texts = forms;
    // What a request says of forms, word by word; 0 again after each.
    this._said = new Int32Array(forms.length);
    this._explained = new Int32Array(forms.length); // what the words that a form has would cost if it had them not
    this._content = new Int32Array(forms.length);
    this._strong = new Uint8Array(forms.length);
  }

  /** The words that many forms have. */
  _common(forms) {
    const many = ([, { forms: having }]) => isCommon(having.length, forms);
    return new Set(Array.from(this._words).filter(many).map(([word]) => word));
  }

  /** What leaving a word out costs a form whose parts of a frequency are `cheap`. */
  _omission(word, cheap) {
    return cheap.has(word) ? COSTS.omitted_frequency : omission(word, this.common, this._carriers);
  }

  /**
   * Whether a form, or one of the catalog beside it, has the word.
   * @param {string} word
   * @returns {boolean}
   */
  has(word) {
    return this._words.has(word) || (this._base?.has(word) ?? false);
  }

  /**
   * How many forms have the word, or of the catalog beside it if more there have it.
   * @param {string} word
   * @returns {number}
   */
  having(word) {
    return Math.max(this._words.get(word)?.forms.length ?? 0, this._base?.having(word) ?? 0);
  }

  /**
   * What the words of canonical `request` say about every form: its score, `NO_SCORE` where they say nothing; whether it
   * is a phrase of the request; and whether it is said in part and nothing else is but words of carriers that no name has.
   * @param {string} request
   * @param {import("./carriers.js").Span} [span] words of the name; by default those that `nameSpan` finds with these words
   * @param {WordScores} [found] what an earlier request was told, which is overwritten
   * @returns {WordScores}
   */
  scores(request, span = nameSpan(wordsOf(request), this._carriers, this), found = noScores(this._sizes.length)) {
    const said = this._wordsOf(request, span);
    for (const form of found.forms) {
      found.scores[form] = NO_SCORE;
      found.phrases[form] = found.parts[form] = 0;
    }
    this._scoreSaid(said, found);
    this._scoreRare(said, found);
    return found;
  }

  /** Scores forms that are said whole, or hold the name. */
  _scoreSaid(request, found) {
    const { scores, phrases, parts } = found;
    const forms = (found.forms = this._addWords(request, scores)); // gains and omissions of what is said, word by word
    const left = restOf(request, []);
    const inPart = [];
    for (const form of forms) {
      const strong = this._strong[form] > 0;
      const holds = this._content[form] === request.content.size;
      const rest = Math.max(left - this._explained[form], 0);
      if (this._said[form] === this._sizes[form] && (strong || holds || request.weakAlone)) {
        scores[form] = this._worth[form] - Math.min(rest, COSTS.sentence);
        phrases[form] = request.weakAlone || holds || standsIn(this._texts[form], request.text) ? 1 : 0;
      } else if (holds && strong) {
        scores[form] -= this._omitted[form] + rest;
        parts[form] = rest === request.unknown ? 1 : 0;
        inPart.push(form);
      } else {
        scores[form] = NO_SCORE;
      }
      this._said[form] = this._explained[form] = this._content[form] = this._strong[form] = 0;
    }
    if (request.weakAlone && inPart.length > COSTS.weak_forms) {
      for (const form of inPart) {
        scores[form] = NO_SCORE;
        parts[form] = 0;
      }
    }
  }

  /** Sums up what the words of a request say of the forms that have them; these forms. */
  _addWords(request, scores) {
    const { _said: said, _explained: explained, _content: content, _strong: strong } = this;
    const found = [];
    for (const [word, cost] of request.explained) {
      const { forms, gain, worth, omissions, weak } = this._words.get(word);
      const needed = request.content.has(word) ? 1 : 0;
      const named = needed && request.weakAlone;
      const gained = named ? worth : gain;
      for (let at = 0; at < forms.length; at++) {
        const form = forms[at];
        if (said[form]++ === 0) {
          found.push(form);
          scores[form] = 0;
        }
        scores[form] += gained + omissions[at];
        explained[form] += cost;
        content[form] += needed;
        if (named || !weak) strong[form] = 1;
      }
    }
    return found;
  }

  /** Raises the score of forms that hold the name with a rare word, and scores those that begin with one. */
  _scoreRare(request, { scores }) {
    const rare = new Set(
      Array.from(request.explained.keys()).filter(
        (word) => request.left.get(word) && isRare(word, this.having(word), this._carriers),
      ),
    );
    for (const form of new Set(Array.from(rare).flatMap((word) => Array.from(this._words.get(word).forms)))) {
      const words = Array.from(new Set(wordsOf(this._texts[form])));
      const holds = Array.from(request.content).every((word) => words.includes(word));
      const said = holds ? words.filter((word) => request.explained.has(word)) : beginning(words, request.text);
      const rest = restOf(request, said);
      const alone = said.length === words.length && !words.some((word) => this._carriers.fillers.has(word));
      const begun = this._begun(form, words, said) - (alone ? 0 : Math.min(rest, COSTS.sentence));
      if (holds && rest <= COSTS.rare_left) {
        scores[form] = COSTS.rare_gain + (said.includes(words[0]) ? Math.max(scores[form], begun) : scores[form]);
      } else if ((alone || scores[form] === NO_SCORE) && said.some((word) => rare.has(word))) {
        scores[form] = Math.max(scores[form], begun);
      }
    }
  }

  /** What words of a form gain that are `said`, its first one too, less what is omitted. */
  _begun(form, words, said) {
    const cheap = frequencies(wordsOf(this._texts[form]));
    let [gained, omitted] = [0, 0];
    for (const word of words) {
      if (said.includes(word)) gained += this._words.get(word).gain;
      else omitted += this._omission(word, cheap);
    }
    return gained - Math.min(omitted, COSTS.omitted_most);
  }

  /**
   * A request with a space on each side, what leaving each word of it unexplained costs, the words that a form must hold,
   * and its words that forms have, and those within them, with what each explains of these costs.
   */
  _wordsOf(request, span) {
    const words = wordsOf(request);
    const ofName = new Set(words.slice(...span));
    const [left, explained, content] = [new Map(), new Map(), new Set()];
    let unknown = 0; // what the words cost that no form has
    const weak = this._carriers.words;
    const letterOf = (word) => (!ofName.has(word) ? 0 : weak.has(word) ? COSTS.carrier_left : COSTS.left);
    for (const word of words) {
      left.set(word, letterOf(word) * characters(word).length);
      if (ofName.has(word) && !weak.has(word)) content.add(word);
      if (this._words.has(word)) explained.set(word, left.get(word));
    }
    for (const [word, cost] of left) unknown += explained.has(word) ? 0 : cost;
    const weakAlone = content.size === 0; // then a form must hold those words of the name that forms have
    for (const word of weakAlone ? ofName : []) if (explained.has(word)) content.add(word);
    for (const word of left.keys()) {
      for (const part of partsOf(word)) {
        if (left.has(part) || !this._words.has(part)) continue;
        explained.set(part, Math.max(explained.get(part) ?? 0, letterOf(word) * part.length));
      }
    }
    return { text: ` ${request} `, left, content, explained, weakAlone, unknown };
  }
}

/** The scores of a request that says nothing. */
function noScores(forms) {
  const scores = new Int32Array(forms).fill(NO_SCORE);
  return { scores, phrases: new Uint8Array(forms), parts: new Uint8Array(forms), forms: [] };
}

/** What the words of a request cost that are not `said` in a form. */
function restOf({ left, explained }, said) {
  let rest = 0;
  for (const cost of left.values()) rest += cost;
  for (const word of said) rest -= explained.get(word);
  return Math.max(rest, 0);
}

/** Whether the words of a form stand together in a request, whose text has a space on each side. */
const standsIn = (form, request) => request.includes(` ${form} `) || (isUnspaced(form) && request.includes(form));

/** The first words of a form, as many as stand together in a request, whose text has a space on each side. */
function beginning(words, request) {
  let size = words.length;
  while (size && !request.includes(` ${words.slice(0, size).join(" ")} `)) size--;
  return words.slice(0, size);
}
