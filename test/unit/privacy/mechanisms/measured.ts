/** How many standard deviations the mean of the products of two vectors is from `expected`, where those have normal numbers of mean 0. */
function deviations(a: Float64Array, b: Float64Array, expected: number): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const value = a[i]! * b[i]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / a.length;
  return Math.abs(mean - expected) / Math.sqrt((squares / a.length - mean * mean) / a.length);
}

/** What is wrong with the noise of rounds, by its covariance matrix; nothing where all is within chance. Every 10⁶th run finds something. */
export function wrongNoise(
  rounds: readonly Float64Array[],
  covariance: (a: number, b: number) => number,
): string[] {
  const found: string[] = [];
  for (let a = 0; a < rounds.length; a++)
    for (let b = 0; b <= a; b++) {
      const off = deviations(rounds[a]!, rounds[b]!, covariance(a, b));
      if (off > 6) found.push(`rounds ${a} and ${b} are ${off.toFixed(1)} deviations from their covariance`);
    }
  return found;
}

/** The covariance of rounds a and b of noise with that column of C⁻¹ and standard deviation: Σ_s c_(a−s) c_(b−s) σ². */
export function covarianceOf(noising: ArrayLike<number>, stddev: number): (a: number, b: number) => number {
  return (a, b) => {
    let sum = 0;
    for (let s = 0; s <= Math.min(a, b); s++) sum += (noising[a - s] ?? 0) * (noising[b - s] ?? 0);
    return sum * stddev * stddev;
  };
}
