import { hashPattern, idPattern, looks, taskNamePattern } from '@murmuration/protocol/ids/ids';
import { roundPhases } from '@murmuration/protocol/messages/phases';
import * as z from 'zod';

/** UTC time in ISO 8601. */
export const instant = z.iso.datetime();
export const count = z.int().min(0);
/**
 * Text by a person, or an id that a person may have mistyped; refuses characters that databases can't store.
 */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\0\p{Surrogate}]*$/u, 'must have neither NUL nor half a surrogate pair');
export const taskName = z.string().regex(taskNamePattern, `expected ${looks.name}`);
export const modelHash = z
  .string()
  .regex(hashPattern, `expected ${looks.hash}`)
  .describe('SHA-256 of its model.json');
export const roundId = z.string().regex(idPattern, `expected ${looks.id}`);
/** Figures of an evaluation by name, in nats or shares, as the task's evaluator gives them. */
export const metrics = z
  .record(z.string(), z.number())
  .nullable()
  .describe('Held-out metrics; null without an evaluation');

export const phase = z.enum(roundPhases);
export type Phase = z.infer<typeof phase>;

/** Query of lists by number, newest first. */
export const pageBelow = z.object({
  before: z.coerce.number().int().min(0).optional().describe('Numbers below this one'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
