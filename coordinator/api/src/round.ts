import * as z from 'zod';
import { count, instant, metrics, modelHash, pageBelow, phase, roundId, taskName } from './scalars.ts';

/**
 * Outcome of the cohort: a `late` device was still at work when its phase ended, a `lost` one had left or
 * lost its connection.
 */
export const tally = z.object({ cohort: count, accepted: count, rejected: count, late: count, lost: count });

/** Stored record of a phase of a round. A time is null if the coordinator restarted at that moment. */
export const phaseRecord = z.object({
  phase,
  startedAt: instant.nullable(),
  endedAt: instant.nullable().describe('null as well while it lasts'),
  deadline: instant.nullable().describe('null of `closing`, which has none'),
  goal: count.nullable().describe('Devices, or messages, that end it early; null of `closing`'),
  minimum: count.nullable(),
  accepted: count.describe('Devices that checked in, or whose message was taken'),
  rejected: count.describe('Messages refused'),
  late: count,
  lost: count,
});
export type PhaseMessage = z.infer<typeof phaseRecord>;

const past = {
  round: roundId,
  task: taskName,
  number: count,
  planVersion: count,
  outcome: z.enum(['published', 'failed']),
  startedAt: instant,
  endedAt: instant,
  base: modelHash.describe('The version that it trained from'),
  model: modelHash.nullable().describe('The version that it led to; null of a query'),
  failure: z
    .object({
      during: phase,
      reason: z.string(),
      endedBy: z
        .enum(['operator', 'watch'])
        .nullable()
        .describe(
          'Who ended it on purpose: an operator, or the watch that took its version back; null: it failed',
        ),
    })
    .nullable(),
  tally,
  metrics,
  query: z.string().nullable().describe('Name of the query that devices were asked; null where they trained'),
  run: z.string().nullable().describe('Id of the training run that it was a part of'),
  traffic: z
    .object({ up: count, down: count })
    .describe('Bytes of updates that came, and of models served meanwhile'),
};

/** Row of the history. */
export const roundSummary = z.object(past);
export type RoundSummary = z.infer<typeof roundSummary>;

/** GET /v1/admin/tasks/:task/rounds/:number */
export const roundDetail = z.object({
  ...past,
  phases: z.array(phaseRecord).describe('In order; empty of rounds recorded before phases were kept'),
  groups: z
    .array(
      z.object({
        devices: count.describe('Dealt to it'),
        contributors: count.describe('Updates that came from it'),
        norm: z.number().nullable().describe('L2 norm of its mean; null where its sum did not count'),
        distance: z
          .number()
          .nullable()
          .describe('L2 distance of its mean to the median of all; null as above'),
        failure: z.string().nullable().describe('Why its sum did not count'),
      }),
    )
    .nullable()
    .describe('Of a published round whose masked cohort was cut into groups'),
  parts: z
    .array(
      z.object({
        devices: count.describe('Chosen for it'),
        contributors: count.describe('Its updates that are in the sum of the round'),
        failure: z.string().nullable().describe('Why its sum did not count'),
      }),
    )
    .nullable()
    .describe('Of a round that was spread over cells'),
  errors: z
    .array(z.object({ code: z.string(), count }))
    .describe('Refusals of messages and uploads of this round, most frequent first'),
  left: z
    .array(z.object({ code: z.string(), count }))
    .describe(
      'Devices that gave up their part by the reason that they gave: an error code, `stopped`, `busy`, `declined` or `other`; most frequent first',
    ),
  version: z
    .object({ number: count, model: modelHash })
    .nullable()
    .describe('That it led to, where it is still kept'),
});
export type RoundDetail = z.infer<typeof roundDetail>;

/** Query of GET /v1/admin/tasks/:task/rounds */
export const roundsQuery = pageBelow.extend({
  outcome: z.enum(['published', 'failed']).optional(),
  since: instant.optional().describe('Ended at that time or later'),
  until: instant.optional().describe('Ended before that time'),
});

export const rounds = z.object({
  rounds: z.array(roundSummary).describe('Newest first'),
  next: z.int().nullable().describe('`before` of the next page; null at the end'),
  total: count.describe('Rounds that fit the filters, on all pages'),
});
export type Rounds = z.infer<typeof rounds>;
