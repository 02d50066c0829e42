import * as z from 'zod';
import { count, instant } from './scalars.ts';

/** Number of devices with one client version. */
export const client = z.object({ platform: z.string(), sdk: z.string(), connected: count, eligible: count });

/** Devices that are connected now. A device is eligible if its last check-in met a task's conditions. */
export const online = z.object({
  connected: count,
  eligible: count.describe('For at least one task'),
  enrolled: count.describe('Whether or not they are connected; revoked ones are not among them'),
  clients: z.array(client).describe('Most connected first, 50 at most'),
});
export type Online = z.infer<typeof online>;

/** GET /v1/admin/check-ins?hours=&task= */
export const checkIns = z.object({
  hours: z
    .array(z.object({ hour: instant, waiting: count, later: count, ineligible: count }))
    .describe('Each hour asked for, oldest first: told to wait for a round, to come later, or not eligible'),
});
export type CheckIns = z.infer<typeof checkIns>;

/** GET /v1/admin/population: all devices ever seen, by the client they ran last. */
export const population = z.object({
  enrolled: count,
  revoked: count,
  convicted: count.describe('That revealed or dealt wrong shares, and were not pardoned'),
  seenLastDay: count,
  clients: z.array(z.object({ platform: z.string(), sdk: z.string(), devices: count })),
});
export type PopulationMessage = z.infer<typeof population>;

/** GET /v1/admin/tasks/:task/pace: answer that devices which are not selected get now. */
export const pace = z.object({
  interval: count.describe('ms between the beginnings of rounds'),
  cohortSize: count,
  population: count.describe('Devices that come: for an hour at least, and lately'),
  connected: count,
  comeBack: z.object({ from: count, to: count }).describe('ms after which one comes back, evenly spread'),
});
export type PaceMessage = z.infer<typeof pace>;

/** Device of the population, as listed by GET /v1/admin/devices. */
export const device = z.object({
  device: z.string(),
  enrolledAt: instant,
  revokedAt: instant.nullable(),
  isConnected: z.boolean(),
  seenAt: instant.nullable().describe('Some seconds late; null: never since it enrolled'),
  platform: z.string().nullable(),
  sdk: z.string().nullable(),
  convictions: z
    .array(z.object({ round: z.string(), code: z.string(), time: instant }))
    .describe('Rounds in which it was proved to have revealed or dealt wrong shares, unless pardoned'),
  outUntil: instant.nullable().describe('Until when it is left out of rounds for that'),
  marks: z
    .array(
      z.object({
        task: z.string(),
        failures: z
          .int()
          .describe('Sums that came to nothing with it among those of whom one has spoiled them'),
        apartUntil: instant.nullable().describe('Until when it is kept apart, as nobody else was in as many'),
        silences: z.int().describe('Rounds in a row in which it fell silent'),
        delays: z.int().describe('Rounds in a row that waited for no other device'),
      }),
    )
    .describe(
      'How it behaved lately, some seconds late; tasks in which nothing speaks against it are left out',
    ),
  tasks: z.array(
    z.object({
      task: z.string(),
      rounds: z.int().describe('Rounds whose cohort it was in'),
      updates: z.int().describe('Versions that have its update in them'),
      lastAt: instant,
    }),
  ),
});
export type DeviceMessage = z.infer<typeof device>;
