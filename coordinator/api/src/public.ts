import * as z from 'zod';
import { publicGate } from './gate.ts';
import { publicPrivacy } from './privacy.ts';
import { roundSummary, tally } from './round.ts';
import { count, instant, metrics, modelHash, phase, roundId, taskName } from './scalars.ts';
import { version } from './version.ts';

/** A phase of a round under way, or how it ended. */
export const phaseOrEnd = z.enum([...phase.options, 'published', 'failed']);

/** A round as everybody may know it, under way or over. */
export const publicRound = z.object({
  ...roundSummary.pick({ round: true, number: true }).shape,
  ...{ phase: phaseOrEnd, startedAt: instant, endedAt: instant.nullable() },
  ...roundSummary.pick({ base: true, model: true, query: true }).shape,
  failure: roundSummary.shape.failure.unwrap().pick({ during: true, reason: true }).nullable(),
  ...{ tally: tally.nullable(), metrics, traffic: roundSummary.shape.traffic.nullable() },
});

/** GET /v1/tasks/:task/rounds?before=&limit= */
export const publicRounds = z.object({ rounds: z.array(publicRound).describe('The one under way first') });

/** A version as everybody may know it. */
export const publicVersion = z.object({
  ...version.pick({ model: true, url: true, number: true }).shape,
  parent: modelHash.nullable(),
  round: roundId.nullable(),
  ...version.pick({ strategy: true, planVersion: true, contributors: true, metrics: true }).shape,
  fromDevices: z
    .object({ devices: count, examples: count, metrics: z.record(z.string(), z.number()) })
    .nullable()
    .describe('Held-out metrics that devices measured last, means over devices; null: they have not'),
  verdicts: version.shape.verdicts,
  privacy: publicPrivacy
    .nullable()
    .describe('What this version and those before it tell of a device; epsilon null: nobody can say'),
  ...version.pick({ words: true, ngrams: true }).shape,
  gate: publicGate.nullable().describe(version.shape.gate.description!),
  createdAt: instant,
});

/** GET /v1/tasks/:task/models?before=&limit= */
export const publicVersions = z.object({ models: z.array(publicVersion).describe('Newest first') });

const named = z.object({ model: modelHash, number: count });
const keyField = z.object({ in: z.enum(['header', 'parameter']), name: z.string() });

/** A task as everybody may know it. */
export const publicTask = z.object({
  name: taskName,
  planVersion: count,
  strategy: z.string(),
  cohort: z.object({ goal: count, minimum: count, overSelection: z.number() }),
  round: publicRound.pick({ number: true, phase: true }).nullable(),
  serves: named
    .extend({ isPinned: z.boolean() })
    .describe('The version that devices serve; pinned: until an operator names another, whatever is newer'),
  newest: named.describe('The newest version'),
  aliases: z.record(z.string(), named).describe('Versions by the names that operators gave them'),
  privateLayers: z.array(z.string()).describe('Layers whose trained weights only devices have'),
  experiments: z
    .array(
      z.object({
        id: z.string(),
        kind: z.enum(['split', 'mirror']),
        key: keyField,
        covariate: keyField.optional(),
        salt: z.string(),
        layer: z.object({ salt: z.string(), from: z.number(), to: z.number() }),
        arms: z.array(z.object({ name: z.string(), version: z.string(), share: z.number() })),
      }),
    )
    .describe(
      'Experiments that run, as replicas of the inference server need them; none without an inference token with the right `monitor`: who knows a salt can choose arms',
    ),
});

/** GET /v1/tasks */
export const publicTasks = z.object({
  isDevelopment: z.boolean().describe('Devices may give up every protection: only this machine can connect'),
  tasks: z.array(publicTask),
});
