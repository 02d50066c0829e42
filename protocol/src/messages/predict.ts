import * as z from 'zod/mini';
import { modelHash, taskName, text } from './scalars.ts';

/** Device to coordinator: asks for a model's output, if the device can't run the model itself. */
export const predict = z.strictObject({
  task: taskName,
  /** Alias of the version to ask; `latest` is the newest one, `champion` the one that devices serve. */
  version: text(64),
  /** Input of the model: tokens from the beginning of the sequence on, or the features of one row. */
  input: z.array(z.number()).check(z.minLength(1), z.maxLength(4_096)),
});
export type Predict = z.infer<typeof predict>;

const floats = z.custom<Uint8Array>(
  value => value instanceof Uint8Array && value.length > 0 && value.length % 4 === 0,
  'expected float32 values',
);

export const predicted = z.strictObject({
  /** Version that answered. */
  model: modelHash,
  /** Logits of the model's classes, after the whole input; little-endian float32. */
  logits: floats,
});
export type Predicted = z.infer<typeof predicted>;
