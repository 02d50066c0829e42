import { normalQuantile } from '../distributions/normal.ts';

/**
 * Returns the area under the ROC curve: the probability that a positive's score is above a negative's, with
 * ties as half. NaN if there are no positives or no negatives.
 */
export function areaUnderCurve(scores: Float64Array, positive: readonly boolean[]): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const positives = positive.filter(Boolean).length;
  const negatives = positive.length - positives;
  let ranks = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to += 1;
    const middle = (from + to + 1) / 2;
    for (; from < to; from++) if (positive[order[from]!]) ranks += middle;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Returns the area that random scores stay below with this probability, by the normal approximation of the
 * rank sum.
 */
export function chanceArea(positives: number, negatives: number, probability = 0.95): number {
  const deviation = Math.sqrt((positives + negatives + 1) / (12 * positives * negatives));
  return Math.min(1, 0.5 + normalQuantile(probability) * deviation);
}
