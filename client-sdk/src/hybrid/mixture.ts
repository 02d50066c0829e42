const maxPasses = 200;
/** Change per pass below which a weight has converged. */
const convergedChange = 1e-5;
/** Least weight of a part; parts below cost time and change no prediction. */
const minPartWeight = 0.01;

/**
 * Returns the weights of the mixture Σ wᵢ pᵢ with the highest likelihood, by expectation maximisation. It
 * finds the global maximum, since the logarithm of a mixture is concave in its weights (Jelinek and Mercer
 * 1980).
 *
 * @param parts each part's probability of the true class, question by question.
 * @param prior pseudo-counts of a Dirichlet prior: weights times a number of additional questions.
 * @returns one weight per part, 0 or at least 0.01, with the sum 1; all equal without questions and prior.
 */
export function fitWeights(parts: readonly Float32Array[], prior?: readonly number[]): number[] {
  const questions = parts[0]!.length;
  let weights = parts.map(() => 1 / parts.length);
  if (questions === 0 && !prior) return weights;
  for (let pass = 0; pass < maxPasses; pass++) {
    const shares = prior ? [...prior] : parts.map(() => 0);
    for (let question = 0; question < questions; question++) {
      let sum = 0;
      for (const [i, part] of parts.entries()) sum += weights[i]! * part[question]!;
      // No part gave it a probability: the question says nothing about the weights.
      if (sum === 0) continue;
      for (const [i, part] of parts.entries()) shares[i] = shares[i]! + (weights[i]! * part[question]!) / sum;
    }
    const all = shares.reduce((sum, share) => sum + share, 0);
    if (all === 0) return weights;
    const next = shares.map(share => share / all);
    const moved = Math.max(...next.map((weight, i) => Math.abs(weight - weights[i]!)));
    weights = next;
    if (moved < convergedChange) break;
  }
  return withoutTheLeast(weights);
}

function withoutTheLeast(weights: readonly number[]): number[] {
  const kept = weights.map(weight => (weight < minPartWeight ? 0 : weight));
  const sum = kept.reduce((all, weight) => all + weight, 0);
  return kept.map(weight => weight / sum);
}

/** Returns mean −ln Σ wᵢ pᵢ, in nats; infinite if a question has probability 0. */
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
