/** When an answer is the one that a bundle was shipped with, as in `edge_er/decision/selftest.py`. */

import constants from "../data/constants.js";

const SCORE_TOLERANCE = constants.selftest.score_tolerance; // between machines

/**
 * The same decision and best candidate; scores may differ as the last bits of floats do.
 * @param {import("../resolver.js").Resolution} found
 * @param {{decision: string, ids: string[], scores: number[]}} expected
 * @returns {boolean}
 */
export function sameAnswer(found, { decision, ids, scores }) {
  const tied = decision === "no_match" && scores.length > 1 && scores[0] < scores[1] + SCORE_TOLERANCE;
  return (
    found.decision === decision &&
    (tied || found.matches[0]?.id === ids[0]) &&
    found.matches.length === scores.length &&
    found.matches.every((match, place) => Math.abs(match.score - scores[place]) <= SCORE_TOLERANCE)
  );
}
