import type { ModelHash } from '@murmuration/protocol/ids/ids';

/** Contents of a prediction's id. */
export interface PredictionIdContents {
  /** Version that answered; null: only the personal model did. */
  readonly model: ModelHash | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Returns the id of a model's `count`-th prediction. It contains version and time,
 * so that no prediction must be kept.
 */
export function predictionId({ model, at }: PredictionIdContents, count: number): string {
  return `${model ?? ''}.${at.toString(36)}.${count.toString(36)}`;
}
