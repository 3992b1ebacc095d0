/** Vectors in int8. */

import constants from "../data/constants.js";

const CLIP = constants.vectors.clip;

/**
 * `vector · scale` in float32, rounded half to even and cut at ±127.
 * @param {Float32Array} vector
 * @param {number} scale
 * @returns {Int8Array}
 */
export function quantise(vector, scale) {
  const unit = Math.fround(scale);
  const steps = new Int8Array(vector.length);
  for (let i = 0; i < vector.length; i++) {
    const scaled = Math.fround(vector[i] * unit);
    const below = Math.floor(scaled);
    const rest = scaled - below;
    const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
    steps[i] = Math.max(-CLIP, Math.min(CLIP, up ? below + 1 : below));
  }
  return steps;
}
