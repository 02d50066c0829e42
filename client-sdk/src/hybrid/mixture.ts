/** Passes of expectation-maximisation, at most. */
const passes = 200;
/** A weight that moves by less in a pass has settled. */
const settled = 1e-5;
/** Parts of less weight are left out: they cost a prediction and change none. */
const least = 0.01;

/**
 * The weights of the mixture Σ wᵢ pᵢ under which what came was likeliest: expectation-maximisation, whose one maximum is that of the whole
 * simplex, since the logarithm of a mixture is concave in its weights (Jelinek and Mercer 1980).
 *
 * @param parts what each part of the mixture had given to what came, question by question.
 * @param prior weights that count as much as so many questions more, with the sum of that number: those of a Dirichlet distribution.
 * @returns one weight a part, 0 or at least 0.01, with the sum 1; all alike where there is neither a question nor a prior.
 */
export function fitWeights(parts: readonly Float32Array[], prior?: readonly number[]): number[] {
  const questions = parts[0]!.length;
  let weights = parts.map(() => 1 / parts.length);
  if (questions === 0 && !prior) return weights;
  for (let pass = 0; pass < passes; pass++) {
    const shares = prior ? [...prior] : parts.map(() => 0);
    for (let question = 0; question < questions; question++) {
      let sum = 0;
      for (const [i, part] of parts.entries()) sum += weights[i]! * part[question]!;
      // Nobody had it: the question tells nothing of the weights.
      if (sum === 0) continue;
      for (const [i, part] of parts.entries()) shares[i] = shares[i]! + (weights[i]! * part[question]!) / sum;
    }
    const all = shares.reduce((sum, share) => sum + share, 0);
    if (all === 0) return weights;
    const next = shares.map(share => share / all);
    const moved = Math.max(...next.map((weight, i) => Math.abs(weight - weights[i]!)));
    weights = next;
    if (moved < settled) break;
  }
  return withoutTheLeast(weights);
}

function withoutTheLeast(weights: readonly number[]): number[] {
  const kept = weights.map(weight => (weight < least ? 0 : weight));
  const sum = kept.reduce((all, weight) => all + weight, 0);
  return kept.map(weight => weight / sum);
}

/** Mean −ln Σ wᵢ pᵢ, in nats; infinite where a question had no probability at all. */
export function lossOf(parts: readonly Float32Array[], weights: readonly number[]): number {
  const questions = parts[0]!.length;
  let sum = 0;
  for (let question = 0; question < questions; question++) {
    let probability = 0;
    for (const [i, part] of parts.entries()) probability += weights[i]! * part[question]!;
    sum -= Math.log(probability);
  }
  return sum / questions;
}
