import * as z from 'zod/mini';
import { modelHash, taskName, text } from './scalars.ts';

/** Device to coordinator: what a model makes of an input, for a device that can't run the model itself. */
export const predict = z.strictObject({
  task: taskName,
  /** Alias of the version to ask; `latest` is the newest one, `champion` the one that devices serve. */
  version: text(64),
  /** What the model takes: tokens from the beginning of the sequence on, or the features of one row. */
  input: z.array(z.number()).check(z.minLength(1), z.maxLength(4_096)),
});
export type Predict = z.infer<typeof predict>;

/** One or more float32. */
const floats = z.custom<Uint8Array>(
  value => value instanceof Uint8Array && value.length > 0 && value.length % 4 === 0,
  'expected float32 values',
);

export const predicted = z.strictObject({
  /** The version that answered. */
  model: modelHash,
  /** Logits of the model's classes, after the whole input; little-endian float32. */
  logits: floats,
});
export type Predicted = z.infer<typeof predicted>;
