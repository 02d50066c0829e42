import * as z from 'zod';
import { alert } from './alert.ts';
import { online } from './device.ts';
import { phaseOrEnd } from './public.ts';
import { phaseRecord } from './round.ts';
import { count, instant, metrics, modelHash, phase, roundId, taskName } from './scalars.ts';

/** Part of the running round, as reported by its cell within about the last second. */
const livePart = z.object({
  phase: phaseOrEnd
    .nullable()
    .describe('`published`: its sum is there; `failed`: it has none; null: nothing was heard of it yet'),
  accepted: count.describe('Devices that are there, or messages that came, in its phase'),
  goal: count.describe('Those that end the phase early'),
  hasCell: z.boolean().describe('Whether a cell runs it; another one takes it over within seconds'),
});
export type LivePart = z.infer<typeof livePart>;

/** Running round. */
export const liveRound = z.object({
  round: roundId,
  number: count,
  planVersion: count,
  base: modelHash,
  startedAt: instant,
  query: z.string().nullable().describe('Name of the query that devices are asked; null where they train'),
  phase,
  deadline: instant.nullable().describe('Of the phase; null of `closing`'),
  quorum: z
    .object({ accepted: count, goal: count, minimum: count })
    .nullable()
    .describe('Of the phase; null of `closing`'),
  cohort: z
    .object({ size: count, waiting: count, working: count, done: count, lost: count, late: count })
    .describe(
      'While gathering, `size` is the number wanted and `waiting` those who are there. Later the others add up to `size`, the cohort as it was drawn',
    ),
  unmasked: z
    .number()
    .nullable()
    .describe('Share of the masks that are off, 0 to 1; null unless in `closing` under masking'),
  phases: z.array(phaseRecord).describe('So far, the current one last'),
  parts: z
    .array(livePart)
    .nullable()
    .describe('Of a round that is spread over cells; it is as far as the last of them'),
});
export type LiveRound = z.infer<typeof liveRound>;

/** Next event that a task waits for. */
const waitsFor = z.object({
  what: z
    .enum(['operator', 'budget', 'run', 'enrolment', 'schedule', 'check-ins', 'cohort', 'coordinator'])
    .describe(
      'Paused; the privacy budget is spent; no training run is open; the budget needs more enrolled devices; between rounds; devices that check in; devices of the cohort that have not answered; the next version, which the coordinator makes',
    ),
  devices: count.describe('Devices that are missing; 0 where it waits for something else'),
  until: instant.nullable().describe('When the next round begins, or the deadline of the phase'),
});

export const taskOverview = z.object({
  task: taskName,
  isPaused: z.boolean(),
  planVersion: count,
  isMasked: z.boolean(),
  trainsHere: z
    .boolean()
    .describe('The coordinator makes the next version itself, on its own examples: no device takes part'),
  goal: count.describe('Updates that a round aims at'),
  isAsynchronous: z
    .boolean()
    .describe('Devices begin when they come, and every `goal` updates make a version'),
  privacy: z
    .object({ epsilon: z.number(), spent: z.number().nullable(), steps: count, rounds: count })
    .nullable()
    .describe(
      'The budget, what is spent of it, and versions that were released; `spent` null: no ε holds; null without a budget',
    ),
  round: liveRound.nullable().describe('Under way; null between rounds'),
  last: z
    .object({
      number: count,
      outcome: z.enum(['published', 'failed']),
      endedAt: instant,
      reason: z.string().nullable(),
      query: z.string().nullable().describe('Name of the query that devices were asked'),
    })
    .nullable(),
  nextRoundAt: instant
    .nullable()
    .describe('At the earliest; null while paused, between training runs, or while a round is under way'),
  waiting: count.describe('Devices that wait for an assignment'),
  waitsFor,
  sentAway: z
    .object({ devices: count, next: instant.nullable() })
    .describe(
      'Devices that were told to come back later and have not come yet; `next`: when the first of them does',
    ),
  eligible: count.describe('Connected devices whose last check-in for this task was eligible'),
  champion: z.object({ number: count, model: modelHash, isPinned: z.boolean() }),
  newest: z.object({ number: count, model: modelHash, metrics }),
});
export type TaskOverview = z.infer<typeof taskOverview>;

/** GET /v1/admin/overview, and event of the live feed. */
export const overview = z.object({
  time: instant.describe("The coordinator's clock"),
  isDevelopment: z.boolean().describe('Devices may give up every protection: only this machine can connect'),
  isEnrolmentOpen: z.boolean().describe('Devices enrol without a token'),
  tasks: z.array(taskOverview),
  devices: online,
  alerts: z.array(alert).describe('Firing'),
});
export type Overview = z.infer<typeof overview>;
