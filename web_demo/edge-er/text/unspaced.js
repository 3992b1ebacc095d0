/**
 * Words in scripts that are written without spaces, Chinese, Japanese, Thai, Lao, Burmese and Khmer: a name in a sentence is a
 * part of what counts as one word, as in `edge_er/text/unspaced.py`.
 */

// Thai and Lao, Burmese, Khmer, Hiragana and Katakana, Han
const RUN = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+/g;
const [LEAST, MOST] = [2, 16]; // characters of a part

/**
 * Whether all of a text is written so; it has two characters at least.
 * @param {string} text
 */
export const isUnspaced = (text) => text.length >= LEAST && text.replace(RUN, "") === "";

/**
 * All that may be a name in a word: what stands together there, of 2 to 16 characters of these scripts.
 * @param {string} word
 * @returns {Set<string>}
 */
export function partsOf(word) {
  const found = new Set();
  for (const run of word.match(RUN) ?? []) {
    for (let start = 0; start < run.length; start++) {
      for (let end = start + LEAST; end <= Math.min(run.length, start + MOST); end++) found.add(run.slice(start, end));
    }
  }
  return found;
}
