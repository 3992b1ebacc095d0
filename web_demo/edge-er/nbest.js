/** Several texts of one utterance, each with what it counts. */

/**
 * The texts and their weights, 1 where none is given.
 * @param {(string | [string, number])[]} nbest
 * @returns {[string, number][]}
 * @throws {TypeError} an item is neither a text nor [text, weight]
 * @throws {RangeError} a weight is not above 0
 */
export function textsAndWeights(nbest) {
  if (!Array.isArray(nbest)) throw new TypeError("expected a list of texts; call resolve(query) for one");
  return nbest.map((item) => {
    const pair = typeof item === "string" ? [item, 1] : item;
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`expected a text or [text, weight] in nbest, found ${JSON.stringify(item)}`);
    }
    if (!(pair[1] > 0 && pair[1] < Infinity)) {
      throw new RangeError(`expected a weight above 0 in nbest, found ${JSON.stringify(item)}`);
    }
    return pair;
  });
}
