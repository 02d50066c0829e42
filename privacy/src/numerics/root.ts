/**
 * Finds a zero between `low` and `high`, at which the function has different signs: Brent's method (1973), to
 * the last digits of a number, or to `tolerance` × |root|.
 */
export function root(
  of: (x: number) => number,
  low: number,
  high: number,
  tolerance = 2 * Number.EPSILON,
): number {
  let [a, b] = [low, high];
  let [fa, fb] = [of(a), of(b)];
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0) throw new RangeError(`No change of sign between ${low} and ${high}.`);
  let [c, fc] = [a, fa];
  let step = b - a;
  let last = step;
  for (let i = 0; i < 300; i++) {
    if (fb > 0 === fc > 0) {
      [c, fc] = [a, fa];
      step = b - a;
      last = step;
    }
    // The best estimate is b.
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const least = tolerance * Math.abs(b) + Number.MIN_VALUE;
    const middle = (c - b) / 2;
    if (Math.abs(middle) <= least || fb === 0) return b;
    const next = interpolated(a, fa, b, fb, c, fc);
    if (Math.abs(last) >= least && Math.abs(fa) > Math.abs(fb) && isWithin(next, middle, last)) {
      last = step;
      step = next;
    } else {
      step = middle;
      last = middle;
    }
    [a, fa] = [b, fb];
    b += Math.abs(step) > least ? step : Math.sign(middle) * least;
    fb = of(b);
  }
  return b;
}

/** Step from b by the inverse parabola through three points, or the line through two. */
function interpolated(a: number, fa: number, b: number, fb: number, c: number, fc: number): number {
  const s = fb / fa;
  if (a === c) return ((c - b) * s) / (s - 1);
  const [q, r] = [fa / fc, fb / fc];
  const p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1));
  return -p / ((q - 1) * (r - 1) * (s - 1));
}

/** True if a step stays within three quarters of the bracket and is less than half the last one. */
const isWithin = (step: number, middle: number, last: number): boolean =>
  step * Math.sign(middle) > 0 &&
  Math.abs(step) < 1.5 * Math.abs(middle) &&
  Math.abs(step) < Math.abs(last) / 2;
