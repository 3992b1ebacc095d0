/**
 * Text to canonical text, as `edge_er/text/canonical.py` does it: lower case, no accents or punctuation, single spaces.
 *
 * The rules stand there; what becomes of each character stands in `data/unicode.txt`.
 */

const THOUSANDS = /([0-9])[.,](?=[0-9]{3}(?![0-9]))/g;
const AFTER_DIGIT = /([0-9])(?=[^0-9 ])/g;
const BEFORE_DIGIT = /([^0-9 ])(?=[0-9])/g;
const [AT_ONCE, BESIDE_THE_END] = [2048, 64];
const LETTER = /^[a-z]'?$/;
const BLANK = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** Canonical text by the table of `data/unicode.txt`. */
export class CanonicalText {
  /** @param {string} table contents of `unicode.txt` */
  constructor(table) {
    this._known = new Map(["'", "\u2019"].map((apostrophe) => [apostrophe.codePointAt(0), "' "]));
    this._spans = [];
    for (const line of table.split("\n")) {
      const space = line.indexOf(" ");
      const rest = line.slice(space + 1);
      if (line.startsWith("keep ")) {
        for (const span of rest.split(" ")) {
          const [low, high] = span.split("-");
          this._spans.push([parseInt(low, 16), parseInt(high ?? low, 16)]);
        }
      } else if (line.startsWith("map ")) {
        const at = rest.indexOf("=");
        this._known.set(parseInt(rest.slice(0, at), 16), rest.slice(at + 1));
      }
    }
  }

  /**
   * Canonical form of `text`; "" where nothing in it is a letter, a digit, "&" or "+".
   * @param {string} text
   * @returns {string}
   */
  canonicalText(text) {
    let plain = "";
    for (const character of text.replace(THOUSANDS, "$1")) plain += this._replacement(character);
    const words = plain.replace(AFTER_DIGIT, "$1 ").replace(BEFORE_DIGIT, "$1 ").split(" ").filter(Boolean);
    return joinSpelled(words.filter((word) => word !== "'"))
      .join(" ")
      .replaceAll("'", "");
  }

  /**
   * As much of a text as the first `letters` letters and digits of its canonical form need, so that a long text costs what
   * they cost: canonical text keeps every letter and digit that the table gives, but for a few beside the end.
   * @param {string} text
   * @param {number} letters
   * @returns {string}
   */
  beginning(text, letters) {
    let found = 0;
    for (let start = 0, end = AT_ONCE; end < text.length; start = end, end += AT_ONCE) {
      for (const character of text.slice(start, end)) {
        for (const plain of this._replacement(character)) found += plain !== " " && plain !== "'" ? 1 : 0;
      }
      if (found >= letters + BESIDE_THE_END) return text.slice(0, end);
    }
    return text;
  }

  _replacement(character) {
    const code = character.codePointAt(0);
    let found = this._known.get(code);
    if (found === undefined) {
      found = this._isKept(code) ? character : " ";
      this._known.set(code, found);
    }
    return found;
  }

  _isKept(code) {
    let low = 0;
    let high = this._spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this._spans[middle][0] <= code) low = middle + 1;
      else high = middle;
    }
    return low > 0 && code <= this._spans[low - 1][1];
  }
}

/** Letters standing alone one after another are one word. */
function joinSpelled(words) {
  if (!words.some((word) => LETTER.test(word))) return words;
  const joined = [];
  let spelled = [];
  for (const word of words) {
    if (LETTER.test(word)) spelled.push(word);
    else {
      joined.push(...oneWord(spelled), word);
      spelled = [];
    }
  }
  return [...joined, ...oneWord(spelled)];
}

/** Letters as one word; those that an apostrophe follows apart, at either end of two others. */
function oneWord(letters) {
  if (letters.length < 2) return letters;
  const first = letters.length > 2 && letters[0].endsWith("'") ? 1 : 0;
  const last = letters.length - (letters.length - first > 2 && letters[letters.length - 1].endsWith("'") ? 1 : 0);
  return [...letters.slice(0, first), letters.slice(first, last).join(""), ...letters.slice(last)];
}

/**
 * Whether there is nothing but white space, as Python's `str.strip` sees it.
 * @param {string} text
 * @returns {boolean}
 */
export function isBlank(text) {
  return BLANK.test(text);
}

/**
 * The characters (code points) of a text.
 * @param {string} text
 * @returns {string[]}
 */
export function characters(text) {
  return Array.from(text);
}
