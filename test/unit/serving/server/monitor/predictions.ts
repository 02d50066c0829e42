import type { RememberedPrediction, RowGuess } from '@murmuration/serving/monitor/prediction';

/** A prediction of three classes: the second one, with 0.7. */
export function predictionOf(
  id: string,
  at = 0,
  more: Partial<RememberedPrediction> = {},
): RememberedPrediction {
  const row: RowGuess = { kind: 'class', guesses: [1, 0, 2], probabilities: [0.7, 0.2, 0.1], classes: 3 };
  return { id, at, model: 'm', version: '1', rows: [row], ...more };
}

/** A window of one replica with these predictions. */
export function windowOf(
  number: number,
  predictions: readonly RememberedPrediction[],
  replica = 'a'.repeat(32),
) {
  return {
    replica,
    number,
    requests: [{ model: 'm', version: '1', count: predictions.length }],
    predictions,
  };
}
