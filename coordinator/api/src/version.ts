import * as z from 'zod';
import { gate } from './gate.ts';
import { versionPrivacy } from './privacy.ts';
import { evaluatedPart } from './query.ts';
import { tally } from './round.ts';
import { count, instant, metrics, modelHash, roundId } from './scalars.ts';

/**
 * Names of aliases, which move from version to version: letters, digits and hyphens. `latest` is always the
 * newest version and can't be set.
 */
export const aliasPattern = /^[a-z][a-z0-9-]{0,31}$/;
export const aliasName = z
  .string()
  .regex(aliasPattern, 'expected a lower-case letter, then up to 31 lower-case letters, digits and hyphens');

export const version = z.object({
  model: modelHash,
  url: z.string().describe('What tf.loadLayersModel takes'),
  number: count,
  createdAt: instant,
  strategy: z.string(),
  planVersion: count,
  contributors: count.describe('Devices whose updates are in it'),
  words: count
    .nullable()
    .describe(
      'That it knows; null where its task names no vocabulary. More than its parent knows: it grew, without a round',
    ),
  metrics: metrics.describe('Measured by the coordinator; null without an evaluator'),
  fromDevices: z
    .object({
      round: count.describe('Number of the round in which devices measured it last'),
      at: instant,
      parts: z.array(evaluatedPart).describe('All examples first, then slices'),
    })
    .nullable()
    .describe('Measured by devices, on held-out examples of their own; null: they have not'),
  parent: z
    .object({ model: modelHash, number: count.nullable() })
    .nullable()
    .describe('number null: no longer kept'),
  round: z
    .object({ round: roundId, number: count, startedAt: instant, endedAt: instant, tally })
    .nullable()
    .describe('That made it; null of the first version, and where its record is no longer kept'),
  run: z.string().nullable().describe('Id of the training run that it was made in'),
  verdicts: z
    .object({ kept: count, refused: count })
    .describe('Devices that serve it, and that went on with the version before, by examples of their own'),
  privacy: versionPrivacy.nullable().describe('null of versions that were released without a privacy budget'),
  ngrams: z
    .array(count)
    .nullable()
    .describe('N-grams of everybody beside it, how many of each length from 1; null: it has none'),
  gate: gate
    .nullable()
    .describe('What the gate of the task decided; null: there is none, or it has not decided yet'),
  aliases: z.array(z.string()).describe('`latest` among them; `champion` is the one that devices serve'),
});
export type Version = z.infer<typeof version>;

/** Versions that devices serve and that the next round trains from. */
export const serving = z.object({
  champion: z
    .object({
      number: count,
      model: modelHash,
      isPinned: z
        .boolean()
        .describe(
          'By an operator; false: devices serve the newest version, or the newest that passed the gate',
        ),
      since: instant.nullable().describe('When it was pinned, or promoted by the gate'),
      by: z.string().nullable().describe('Name of the operator who did, or `the gate`'),
    })
    .describe('What devices serve'),
  isGated: z.boolean().describe('Whether a version has to pass a gate before devices serve it'),
  base: z.object({ number: count, model: modelHash }).describe('What the next round trains from'),
  aliases: z.array(
    z.object({ alias: aliasName, number: count, model: modelHash, since: instant, by: z.string() }),
  ),
});
export type TaskServing = z.infer<typeof serving>;

/** GET /v1/admin/tasks/:task/versions?before=&limit= */
export const versions = z.object({
  versions: z.array(version).describe('Newest first'),
  next: z.int().nullable(),
  serving,
});
export type Versions = z.infer<typeof versions>;

/**
 * GET /v1/admin/tasks/:task/figures?points=: columns for charts, oldest first, evenly thinned to at most
 * `points` versions, including the first and the newest. A figure that a version lacks is null.
 */
export const figures = z.object({
  versions: z.array(count),
  rounds: z.array(count.nullable()).describe('Number of the round that made each'),
  times: z.array(instant),
  figures: z.record(z.string(), z.array(z.number().nullable())),
  fromDevices: z
    .record(z.string(), z.array(z.number().nullable()))
    .describe('Those that devices measured last, each a mean over devices'),
});
export type FigureColumns = z.infer<typeof figures>;

/**
 * PUT /v1/admin/tasks/:task/aliases/:alias. A `number` of null removes the alias; for `champion`, devices
 * then follow the newest version.
 */
export const setAlias = z.strictObject({ number: count.nullable() });

/**
 * POST /v1/admin/tasks/:task/rollback. Devices then serve that version, and the next round trains from it.
 */
export const rollback = z.strictObject({
  number: count.optional().describe('Without it: the parent of the version that devices serve now'),
  from: count
    .optional()
    .describe('The version that is taken back; `round.closed` where devices serve another one by now'),
});
