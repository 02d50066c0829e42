import * as z from 'zod';
import { count, instant } from './scalars.ts';

/** GET /v1/admin/tasks/:task/masking: the parameters in force, and their guarantees. */
export const masking = z.object({
  planVersion: count,
  masking: z
    .object({
      threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']),
      corrupt: z.number().describe('Share of devices that may work with the coordinator'),
      dropping: z.number().describe('Share of devices whose update may get lost'),
      securityBits: count.describe('The chance that a device is not protected is below 2 to the minus this'),
      failureBits: count.describe('The chance that a round can not be unmasked is below 2 to the minus this'),
      graphs: z
        .array(
          z.object({
            devices: count,
            graph: z.enum(['sparse', 'complete']),
            neighbours: count.describe('k: devices with which each one shares secrets'),
            threshold: count.describe('t: shares that recover a secret'),
          }),
        )
        .describe('For the smallest cohort, and for the goal'),
    })
    .nullable()
    .describe('null: updates are added up as they are, and the coordinator can see each'),
  ring: z
    .object({ bits: count.describe('Width of an element on the wire'), valueBits: count, weightCap: count })
    .nullable()
    .describe('null of float32 updates'),
  cohort: z.object({ minimum: count, goal: count, largest: count }),
  guarantees: z.array(z.string()).describe('In plain words'),
});
export type Masking = z.infer<typeof masking>;

/** Query of counts by hour. */
export const hoursQuery = z.object({
  hours: z.coerce
    .number()
    .int()
    .min(1)
    .max(24 * 90)
    .default(168),
});

/** GET /v1/admin/refusals?hours= */
export const refusals = z.object({
  since: instant,
  codes: z.array(
    z.object({
      code: z.string(),
      meaning: z.string(),
      retryable: z.boolean(),
      count,
      lastAt: instant.describe('The hour in which the last one came'),
    }),
  ),
});
export type Refusals = z.infer<typeof refusals>;
