import type { ModelHash } from '@murmuration/protocol/ids/ids';

/** What an id tells of its prediction. */
export interface Predicted {
  /** null: the personal model alone answered. */
  readonly model: ModelHash | null;
  /** ms since 1970. */
  readonly at: number;
}

/** An id of the `count`-th prediction of a model. It tells which version answered, and when, so that no prediction has to be kept for its outcome. */
export function predictionId({ model, at }: Predicted, count: number): string {
  return `${model ?? ''}.${at.toString(36)}.${count.toString(36)}`;
}
