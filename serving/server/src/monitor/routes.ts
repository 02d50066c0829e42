import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeMisfits } from '@murmuration/protocol/errors/misfits';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { type Holder, requireModel } from '../access/holder.ts';
import { bodyOf } from '../http/body.ts';
import { asking, holderOf } from '../http/door.ts';
import { armWindows, pseudonym } from './arm-window.ts';
import { maxCells, mostFeatures, type SeenFeatures } from './drift/feature-tally.ts';
import type { Counting, Monitor, WindowSums } from './monitor.ts';
import { longestLabel, maxOutcomeRows, mostGuesses } from './prediction.ts';
import type { PredictionWatch } from './prediction-watch.ts';

/** Maximum bytes of feedback, and of a window. */
const longestFeedback = 65_536;
const longestWindow = 8 << 20;

const label = z.union([z.string().max(longestLabel), z.number(), z.boolean()]);
const name = z.string().min(1).max(128);
const feedback = z.strictObject({
  id: z.string().min(1).max(1_024),
  outcome: z.union([label, z.array(label).min(1).max(maxOutcomeRows)]),
  /** Models of the token for which a replica passes an outcome on. */
  models: z.array(name).max(100).optional(),
});
const time = z.number().min(0).max(8.64e15);
const row = z.union([
  z.strictObject({
    kind: z.literal('class'),
    guesses: z.array(label).min(1).max(mostGuesses),
    probabilities: z.array(z.number().min(0).max(1)).max(mostGuesses).optional(),
    classes: z.int().min(1).optional(),
  }),
  z.strictObject({ kind: z.literal('number'), value: z.number() }),
]);
/** Feature name; `__proto__` can't be a key. */
const featureName = z
  .string()
  .min(1)
  .max(256)
  .refine(text => text !== '__proto__', 'expected a name other than "__proto__"');
const count = z.number().min(0).max(1e12);
const cell = z.union([z.number(), z.string().max(longestLabel), z.boolean(), z.null()]);
const features = z.union([
  z.strictObject({
    model: name,
    version: name,
    requests: z.int().min(1).max(1e9),
    columns: z
      .record(
        featureName,
        z.strictObject({ role: z.enum(['feature', 'prediction']), cells: z.array(cell).max(maxCells) }),
      )
      .refine(isFew, `expected at most ${mostFeatures} features`),
  }),
  z.strictObject({
    model: name,
    version: name,
    requests: z.int().min(1).max(1e9),
    plan: z.string().min(1).max(64),
    counts: z
      .record(
        featureName,
        z.strictObject({ counts: z.array(count).max(1_000), missing: count, unreadable: count }),
      )
      .refine(isFew, `expected at most ${mostFeatures} features`),
  }),
]);
const window = z.strictObject({
  replica: z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 digits and lower-case letters from a to f'),
  number: z.int().min(1),
  requests: z
    .array(z.strictObject({ model: name, version: name, count: z.int().min(1).max(1e9) }))
    .max(1_000),
  predictions: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(256),
        at: time,
        model: name,
        version: name,
        rows: z.array(row).min(1).max(maxOutcomeRows),
        variant: z.strictObject({ experiment: name, arm: name, unit: pseudonym }).optional(),
      }),
    )
    .max(5_000),
  features: z.array(features).max(1_000).optional(),
  arms: armWindows.optional(),
});

function isFew(features: object): boolean {
  return Object.keys(features).length <= mostFeatures;
}

/** Returns the name of the model that an experiment runs on, by its id; undefined if it doesn't run. */
export type ModelOfExperiment = (experiment: string) => string | undefined;

/** Registers the route for outcomes of predictions. */
export function feedbackRoute(app: FastifyInstance, watch: Pick<PredictionWatch, 'feedback'>): void {
  app.post(
    '/v1/feedback',
    asking('feedback', 'Feedback: what became of a prediction', longestFeedback),
    async (request, reply) => {
      const outcome = parsed(bodyOf(request), feedback);
      const { models: own } = holderOf(request);
      const models =
        own === null ? outcome.models : (outcome.models?.filter(each => own.includes(each)) ?? own);
      const result = await watch.feedback({ ...outcome, models });
      return reply.status(result === 'queued' ? 202 : 200).send({ id: outcome.id, result });
    },
  );
}

/**
 * Registers the route for windows of replicas; a window about a model that the token is not for is refused as
 * a whole.
 */
export function windowRoute(
  app: FastifyInstance,
  monitor: Pick<Monitor, 'window' | 'counting'>,
  modelOf: ModelOfExperiment,
): void {
  app.post(
    '/v1/monitor/windows',
    asking('monitor', 'Monitor: what a replica predicted', longestWindow),
    async request => {
      const sums = parsed(bodyOf(request), window);
      requireOwn(holderOf(request), sums, modelOf);
      monitor.window(sums);
      const countings = changed(sums.features ?? [], monitor);
      return { replica: sums.replica, number: sums.number, ...(countings.length > 0 && { countings }) };
    },
  );
}

/** Throws `inference.forbidden` if a window is about a model that the token is not for. */
function requireOwn(holder: Holder, sums: WindowSums, modelOf: ModelOfExperiment): void {
  const { requests, predictions, features = [], arms = [] } = sums;
  for (const { model } of [...requests, ...predictions, ...features]) requireModel(holder, model);
  const parts = [...arms, ...predictions.flatMap(({ variant }) => variant ?? [])];
  for (const { experiment } of parts) {
    // Events of an experiment that doesn't run are not counted anywhere.
    const model = modelOf(experiment);
    if (model !== undefined) requireModel(holder, model, `the experiment ${experiment} of another model`);
  }
}

/** Returns the counting plans of versions that a replica counts differently. */
function changed(features: readonly SeenFeatures[], monitor: Pick<Monitor, 'counting'>) {
  return features.flatMap((seen): { model: string; version: string; counting: Counting }[] => {
    const { model, version } = seen;
    const counting = monitor.counting(model, version);
    const before = 'plan' in seen ? seen.plan : 'values';
    const wanted = typeof counting === 'string' ? counting : counting.id;
    return wanted === before ? [] : [{ model, version, counting }];
  });
}

/** Parses JSON by a schema. Throws `request.invalid`, naming the fields that don't fit. */
function parsed<Schema extends z.ZodType>(body: Buffer, schema: Schema): z.output<Schema> {
  const value = parseJson(body);
  if (value === undefined)
    throw new MurmurationError(
      'request.invalid',
      'The body is not JSON; send one object, as application/json.',
    );
  const found = schema.safeParse(value, { error: plainWords });
  if (found.success) return found.data;
  throw new MurmurationError('request.invalid', describeMisfits(found.error.issues, value, 'The body'));
}
