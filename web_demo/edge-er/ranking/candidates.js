/** The forms of the best scores, of all forms or of some. */

/** The same as `bestForms` of the forms with some indices. */
export function bestAmong(scores, count, among) {
  return bestForms(
    Float64Array.from(among, (form) => scores[form]),
    count,
  ).map((place) => among[place]);
}

/**
 * The forms of some lists, each once, ascending.
 * @param {ArrayLike<number>[]} lists
 * @param {Uint8Array} seen [forms], all 0, as it is again afterwards
 * @returns {number[]}
 */
export function distinct(lists, seen) {
  const found = [];
  for (const forms of lists) {
    for (let at = 0; at < forms.length; at++) {
      if (!seen[forms[at]]) found.push(forms[at]);
      seen[forms[at]] = 1;
    }
  }
  for (const form of found) seen[form] = 0;
  return Array.from(Int32Array.from(found).sort());
}

/** The `count` of some forms that have the highest scores, best first, ties by index. */
export function bestOf(forms, scores, count) {
  const isBefore = (one, other) => scores[one] > scores[other] || (scores[one] === scores[other] && one < other);
  const best = [];
  for (const form of forms) {
    let place = best.length;
    if (place === count) {
      if (!isBefore(form, best[count - 1])) continue;
      place--;
    }
    for (; place > 0 && isBefore(form, best[place - 1]); place--) best[place] = best[place - 1];
    best[place] = form;
  }
  return best;
}

/**
 * Indices of the `count` highest scores, best first, ties by index.
 * @param {Float64Array} scores
 * @param {number} count
 * @returns {number[]}
 */
export function bestForms(scores, count) {
  if (count * 16 > scores.length) {
    const order = Array.from(scores, (_, form) => form);
    return order.sort((one, other) => scores[other] - scores[one] || one - other).slice(0, count);
  }
  const best = [];
  let least = -Infinity;
  for (let form = 0; form < scores.length; form++) {
    const score = scores[form];
    if (score <= least && best.length === count) continue;
    let place = best.length === count ? count - 1 : best.length;
    while (place > 0 && scores[best[place - 1]] < score) {
      best[place] = best[place - 1];
      place--;
    }
    best[place] = form;
    least = scores[best[best.length - 1]];
  }
  return best;
}
