/** Canonical text to a few sound codes, as `edge_er/text/sound_codes.py` does it by the rules of `data/phonetic.txt`. */

const RULE = /^([^ (]+)(?:\(([^)]+)\))? (\S+)$/;
const REPEATED = /([a-z])\1+/g;

/** The sound codes of one language; a language without rules of its own uses those of all. */
export class SoundCodes {
  /**
   * @param {string} rules contents of `phonetic.txt`
   * @param {string} lang
   */
  constructor(rules, lang) {
    const sections = readSections(rules);
    this._byLetter = new Map();
    for (const section of [lang, "all"]) {
      for (const rule of (sections.get(section) ?? []).sort(longestFirst)) {
        const letter = rule.piece[0];
        if (!this._byLetter.has(letter)) this._byLetter.set(letter, []);
        this._byLetter.get(letter).push(rule);
      }
    }
  }

  /**
   * Sound codes of canonical `text`, without spaces.
   * @param {string} text
   * @returns {string}
   */
  fold(text) {
    const letters = text.replaceAll(" ", "");
    let codes = "";
    for (let at = 0; at < letters.length;) {
      const rule = this._byLetter.get(letters[at])?.find((each) => fits(each, letters, at));
      codes += rule ? rule.code : letters[at];
      at += rule ? rule.piece.length : 1;
    }
    return codes.replace(REPEATED, "$1");
  }
}

function fits({ piece, following }, letters, at) {
  const next = letters[at + piece.length];
  return letters.startsWith(piece, at) && (!following || (next !== undefined && following.includes(next)));
}

/** Longer pieces before shorter ones, and one with letters that must follow before one without. */
function longestFirst(one, other) {
  return other.piece.length - one.piece.length || Number(!one.following) - Number(!other.following);
}

function readSections(text) {
  const sections = new Map();
  let section = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("[")) {
      section = [];
      sections.set(line.slice(1, -1), section);
    } else if (line && !line.startsWith("#")) {
      const [, piece, following, code] = RULE.exec(line);
      section.push({ piece, following, code: code === "-" ? "" : code });
    }
  }
  return sections;
}
