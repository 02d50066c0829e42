import type * as tf from '@murmuration/engine/tf';
import { MurmurationError } from '@murmuration/protocol/errors';
import { parseTaskName } from '@murmuration/protocol/ids';
import type { MaskingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import * as z from 'zod';
import { describeIssues, type FieldProblem, fieldProblems } from '../configuration/config-error.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { fedAvg } from '../strategy/fed-avg.ts';
import type { EachStrategy, Strategy, SumStrategy } from '../strategy/strategy.ts';
import { duration } from '../timing/duration.ts';
import { cohortSizeOf, type Task } from './task.ts';

const largestCohortOfPlans = 1_000_000;
/** Updates that a round may have to keep at once. */
const largestCohortOfEach = 1_000;

const definition = z.strictObject({
  name: z.string(),
  model: z.custom<() => tf.LayersModel | Promise<tf.LayersModel>>(
    isFunction,
    'expected a function that makes the model',
  ),
  planVersion: z.int().min(1).default(1),
  plan: z.strictObject({
    epochs: z.int().min(1).max(100).default(1),
    batchSize: z.int().min(1).max(4_096).default(16),
    learningRate: z.number().positive().max(1_000),
    proximal: z.number().min(0).max(1_000).default(0),
    gradientClip: z.number().positive().max(1e6).nullable().default(null),
    maxExamples: z.int().min(1).max(1_000_000).default(5_000),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0),
    sampledSoftmax: z
      .strictObject({ negatives: z.int().min(1).max(1_000_000) })
      .nullable()
      .default(null),
    privateLayers: z.array(z.string().min(1).max(256)).max(256).default([]),
  }),
  update: z.strictObject({
    kind: z.enum(['ring', 'float32']).default('ring'),
    clip: z.number().positive().max(1e6),
    bits: z.int().min(2).max(24).default(8),
    weighting: z.enum(['examples', 'uniform']).default('examples'),
    weightCap: z.int().min(1).max(65_536).default(32),
  }),
  masking: z
    .union([
      z.literal('off'),
      z.strictObject({
        threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']).default('malicious'),
        corrupt: z.number().min(0).lt(1).default(0.05),
        dropping: z.number().min(0).lt(1).default(0.1),
        graph: z.enum(['sparse', 'complete']).default('sparse'),
      }),
    ])
    .prefault({}),
  cohort: z.strictObject({
    goal: z.int().min(1).max(1_000_000),
    minimum: z.int().min(1).max(1_000_000),
    overSelection: z.number().min(1).max(10).default(1.3),
  }),
  deadlines: z
    .strictObject({
      gathering: duration.default(30_000),
      keys: duration.default(10_000),
      shares: duration.default(10_000),
      updates: duration.default(180_000),
      agreement: duration.default(20_000),
      unmasking: duration.default(20_000),
      grace: duration.default(20_000),
      evaluation: duration.default(600_000),
    })
    .prefault({}),
  uploadSlot: duration.default(30_000),
  schedule: z.strictObject({ every: duration }),
  eligibility: z
    .strictObject({
      minExamples: z.int().min(0).default(1),
      idle: z.boolean().default(false),
      charging: z.boolean().default(false),
      unmetered: z.boolean().default(false),
      minFreeMiB: z
        .int()
        .min(0)
        .max(2 ** 31)
        .default(0),
      minSdk: z
        .string()
        .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'expected a version such as "0.1.0"')
        .default('0.0.0'),
    })
    .prefault({}),
  strategy: z.custom<Strategy>(isStrategy, 'expected a strategy such as fedAvg()').default(() => fedAvg()),
  evaluation: z
    .custom<Evaluator>(isEvaluator, 'expected an evaluator such as workerEvaluator(…)')
    .nullable()
    .default(null),
  serving: z.strictObject({ remote: z.boolean().default(false) }).prefault({}),
});

type Definition = z.input<typeof definition>;

/** A task as a team writes it down; what is left out has the default of the table in the README. */
export type TaskDefinition = Omit<Definition, 'masking' | 'strategy'> &
  (
    | { readonly masking?: Definition['masking']; readonly strategy?: SumStrategy | undefined }
    | { readonly masking: 'off'; readonly strategy: EachStrategy }
  );

/** The fields of a definition that are wrong by themselves; whether they fit each other, `defineTask` finds out. */
export function wrongFields(input: unknown): FieldProblem[] {
  const parsed = definition.safeParse(input);
  return parsed.success ? [] : fieldProblems(parsed.error, input);
}

/**
 * Checks a task and fills in its defaults. Throws `config.invalid`, naming each field that is wrong and what it may be, and
 * `config.ring` where updates could overflow their sum.
 */
export function defineTask(input: TaskDefinition): Task {
  const parsed = definition.safeParse(input);
  if (!parsed.success)
    throw new MurmurationError('config.invalid', describeIssues('The task', parsed.error, input));
  const { plan, update, masking, cohort, deadlines, schedule, evaluation, ...rest } = parsed.data;
  const { privateLayers, sampledSoftmax, ...training } = plan;
  if (cohort.minimum > cohort.goal)
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.minimum must be at most cohort.goal (${cohort.goal}), not ${cohort.minimum}.`,
    );
  // An update may wait for two slots, and is made before that.
  if (deadlines.updates < 3 * rest.uploadSlot)
    throw new MurmurationError(
      'config.invalid',
      `The task: deadlines.updates must be at least three times uploadSlot (${rest.uploadSlot} ms), not ${deadlines.updates} ms: devices send their updates up to two slots after they are made.`,
    );
  if (rest.strategy.consumes === 'each') refuseKeepingEach(rest.strategy, masking !== 'off', cohort);
  if (masking !== 'off') refuseUnmaskable(masking, update.kind, cohort);
  if (rest.serving.remote && privateLayers.length > 0)
    throw new MurmurationError(
      'config.invalid',
      "The task: serving.remote can't be combined with plan.privateLayers, since the coordinator has no trained weights of these layers.",
    );
  const task: Task = {
    ...rest,
    name: parseTaskName(rest.name),
    // Devices that know nothing of it still understand a plan without it.
    training: sampledSoftmax ? { ...training, sampledSoftmax } : training,
    privateLayers,
    // Uniform weights are all 1: a larger cap would only widen the ring.
    update: update.weighting === 'uniform' ? { ...update, weightCap: 1 } : update,
    masking: masking === 'off' ? null : masking,
    cohort,
    deadlines,
    interval: schedule.every,
    evaluator: evaluation,
  };
  refuseOverflow(task);
  return task;
}

function refuseOverflow(task: Task): void {
  const largestCohort = cohortSizeOf(task);
  if (largestCohort > largestCohortOfPlans)
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.goal × cohort.overSelection is ${largestCohort}; a cohort has at most ${largestCohortOfPlans} devices.`,
    );
  // Whether a sum can wrap depends on these settings, not on the length of the model.
  if (task.update.kind === 'ring') quantizationFor(1, { ...task.update, largestCohort });
}

/** Throws `config.invalid` where single updates are masked, or too many to be kept. */
function refuseKeepingEach({ name }: Strategy, isMasked: boolean, cohort: Task['cohort']): void {
  if (isMasked)
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} needs single updates, and masking shows only their sum; set masking "off", or choose a strategy of sums such as fedAvg().`,
    );
  if (cohort.goal > largestCohortOfEach)
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} keeps every update of a round in memory; cohort.goal is at most ${largestCohortOfEach} then, not ${cohort.goal}.`,
    );
}

/** Throws `config.invalid` for what masking can't be combined with, `secagg.parameters` for cohorts that no graph protects. */
function refuseUnmaskable(
  masking: MaskingSettings,
  kind: UpdateSettings['kind'],
  { goal, minimum }: Task['cohort'],
): void {
  if (kind === 'float32') {
    throw new MurmurationError(
      'config.invalid',
      'The task: update.kind "float32" can\'t be masked; use "ring", or masking "off" for a strategy that needs single updates.',
    );
  }
  for (const devices of new Set([minimum, goal]))
    findParameters(devices, masking, masking.graph === 'complete' ? 'complete' : undefined);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isStrategy(value: unknown): boolean {
  return (
    has(value, 'name', 'string') &&
    has(value, 'consumes', 'string') &&
    has(value, 'init', 'function') &&
    has(value, 'apply', 'function')
  );
}

function isEvaluator(value: unknown): boolean {
  return has(value, 'evaluate', 'function') && has(value, 'close', 'function');
}

function has(value: unknown, key: string, type: string): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[key] === type
  );
}
