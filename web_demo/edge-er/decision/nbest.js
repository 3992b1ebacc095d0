/** Several texts of one utterance, each with what it counts. */

import constants from "../data/constants.js";

const TEXTS = constants.bounds.texts;

/**
 * The texts and their weights, 1 where none is given; a lone string is one text.
 * @param {string | Iterable<string | [string, number]>} nbest
 * @returns {[string, number][]}
 * @throws {TypeError} an item is neither a text nor [text, weight], or a weight is no number
 * @throws {RangeError} a weight is not above 0, the weights are too large to be added, or there are too many texts
 */
export function textsAndWeights(nbest) {
  if (typeof nbest?.[Symbol.iterator] !== "function") {
    throw new TypeError(`expected nbest as a list of texts, found ${typeof nbest}`);
  }
  const pairs = few(nbest).map((item) => {
    const pair = typeof item === "string" ? [item, 1] : item;
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`expected a text or [text, weight] in nbest, found ${JSON.stringify(item)}`);
    }
    if (typeof pair[1] !== "number") {
      throw new TypeError(`expected a number as the weight in nbest, found ${JSON.stringify(item)}`);
    }
    if (!(pair[1] > 0 && pair[1] < Infinity)) {
      throw new RangeError(`expected a weight above 0 in nbest, found ${JSON.stringify(item)}`);
    }
    return pair;
  });
  if (!(pairs.reduce((sum, [, weight]) => sum + weight, 0) < Infinity)) {
    throw new RangeError("expected weights in nbest that can be added, found a sum that is too large");
  }
  return pairs;
}

/** The texts as a list; what has no end is not read to it. */
function few(nbest) {
  if (typeof nbest === "string") return [nbest];
  const items = [];
  for (const item of nbest) {
    if (items.push(item) > TEXTS) throw new RangeError(`expected ${TEXTS} texts in nbest at most, found more; give the best of them`);
  }
  return items;
}
