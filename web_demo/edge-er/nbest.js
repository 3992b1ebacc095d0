/** Several texts of one utterance, each with what it counts. */

/**
 * The texts and their weights, 1 where none is given; a lone string is one text.
 * @param {string | Iterable<string | [string, number]>} nbest
 * @returns {[string, number][]}
 * @throws {TypeError} an item is neither a text nor [text, weight], or a weight is no number
 * @throws {RangeError} a weight is not above 0
 */
export function textsAndWeights(nbest) {
  if (typeof nbest?.[Symbol.iterator] !== "function") {
    throw new TypeError(`expected nbest as a list of texts, found ${typeof nbest}`);
  }
  return (typeof nbest === "string" ? [nbest] : [...nbest]).map((item) => {
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
}
