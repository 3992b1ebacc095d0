/**
 * GELU by a table: x · Φ(x), Φ the normal distribution (Hendrycks and Gimpel, 2016), exact to 1e-8.
 *
 * Between two points of the table a cubic (Hermite) curve is taken that meets value and slope at both; beyond ±LIMIT it
 * is x or 0 to 1e-14.
 */

const STEPS = 32; // points a unit
const LIMIT = 8;

let kept = null;

/**
 * A function that puts GELU of each number in the place of the number.
 * @returns {(x: Float64Array, size: number) => void} of the first `size` of x
 */
export function geluTable() {
  kept ??= coefficients();
  const curve = kept;
  return (x, size) => {
    for (let at = 0; at < size; at++) {
      const value = x[at];
      if (value >= LIMIT) continue;
      if (value <= -LIMIT) {
        x[at] = 0;
        continue;
      }
      const place = (value + LIMIT) * STEPS;
      const point = Math.floor(place);
      const t = place - point;
      const c = 4 * point;
      x[at] = curve[c] + t * (curve[c + 1] + t * (curve[c + 2] + t * curve[c + 3]));
    }
  };
}

/** Four coefficients for each step of the table. */
function coefficients() {
  const count = 2 * LIMIT * STEPS;
  const curve = new Float64Array(4 * count);
  for (let point = 0; point < count; point++) {
    const [low, rise] = valueAndSlope(point / STEPS - LIMIT);
    const [high, climb] = valueAndSlope((point + 1) / STEPS - LIMIT);
    const step = high - low;
    curve.set([low, rise, 3 * step - 2 * rise - climb, rise + climb - 2 * step], 4 * point);
  }
  return curve;
}

/** GELU at x, and its slope for one step of the table. */
function valueAndSlope(x) {
  const share = normal(x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  return [x * share, (share + x * density) / STEPS];
}

/** Φ(x) = 1/2 + φ(x) · (x + x³/3 + x⁵/15 + ...), Marsaglia's series. */
function normal(x) {
  let sum = x;
  let term = x;
  for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
