import { type Retrain, retrainSchema } from '@murmuration/rounds/task/retrain/retrain';
import type * as z from 'zod';

type RetrainInput = NonNullable<z.input<typeof retrainSchema>>;

/** What a definition says of retraining, complete; by default runs of three versions. */
export function retrainOf(change: Partial<RetrainInput> = {}): Retrain {
  return retrainSchema.parse({ until: { rounds: 3 }, ...change })!;
}
