/** Point at which a search ended, and the function's value there. */
export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
}

const difference = 1e-4;
const maxSteps = 300;

/**
 * Local minimum of a smooth function, from `start`, by the BFGS method (Broyden, Fletcher, Goldfarb and
 * Shanno) with gradients by central differences of fourth order. No step ends where the function is infinite.
 */
export function minimize(of: (at: readonly number[]) => number, start: readonly number[]): Minimum {
  const size = start.length;
  let at = [...start];
  let value = of(at);
  let gradient = gradientOf(of, at);
  let inverse = identity(size);
  for (let step = 0, restarts = 0; step < maxSteps; step++) {
    const direction = inverse.map(row => -dot(row, gradient));
    const next = lineSearch(of, at, value, direction);
    if (next === undefined) {
      // Rounding errors of the differences may have spoilt the curvature: tries steepest descent before it
      // accepts the minimum.
      if (restarts++ > 0) break;
      inverse = identity(size);
      continue;
    }
    const slopes = gradientOf(of, next.at);
    const moved = next.at.map((x, i) => x - at[i]!);
    const changed = slopes.map((slope, i) => slope - gradient[i]!);
    inverse = updated(inverse, moved, changed);
    const gain = value - next.value;
    [at, value, gradient] = [[...next.at], next.value, slopes];
    if (gain < 1e-13 * Math.abs(value) && restarts++ > 0) break;
  }
  return { at, value };
}

function gradientOf(of: (at: readonly number[]) => number, at: readonly number[]): number[] {
  return at.map((x, i) => {
    const along = (steps: number) => of(at.with(i, x + steps * difference));
    return (8 * (along(1) - along(-1)) - (along(2) - along(-2))) / (12 * difference);
  });
}

/** Halves the step until the function falls. */
function lineSearch(
  of: (at: readonly number[]) => number,
  at: readonly number[],
  value: number,
  direction: readonly number[],
): Minimum | undefined {
  // No step changes a number by more than 1.
  const largest = Math.max(...direction.map(Math.abs));
  for (let length = Math.min(1, 1 / largest), tries = 0; tries < 40; length /= 2, tries++) {
    const next = at.map((x, i) => x + length * direction[i]!);
    const found = of(next);
    if (found < value) return { at: next, value: found };
  }
  return undefined;
}

/**
 * Updates the inverse of the second derivatives after a step from the change of the gradient; unchanged if
 * the step shows no curvature.
 */
function updated(inverse: number[][], moved: readonly number[], changed: readonly number[]): number[][] {
  const curvature = dot(moved, changed);
  if (!(curvature > 1e-18)) return inverse;
  const through = inverse.map(row => dot(row, changed));
  const scale = (1 + dot(changed, through) / curvature) / curvature;
  return inverse.map((row, i) =>
    row.map(
      (entry, j) =>
        entry +
        scale * moved[i]! * moved[j]! -
        (through[i]! * moved[j]! + moved[i]! * through[j]!) / curvature,
    ),
  );
}

const identity = (size: number): number[][] =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
