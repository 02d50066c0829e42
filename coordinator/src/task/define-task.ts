import type * as tf from '@murmuration/engine/tfjs/tf';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { parseTaskName } from '@murmuration/protocol/ids/ids';
import type { MaskingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import { duration } from '@murmuration/protocol/time/duration';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import * as z from 'zod';
import { describeIssues, type FieldProblem, fieldProblems } from '../configuration/config-error.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { isOnDevices, measuredOf, type OnDevices } from '../evaluation/on-devices.ts';
import { remembering } from '../evaluation/remembering.ts';
import { fedAvg } from '../strategy/fed-avg.ts';
import type { EachStrategy, GroupsStrategy, Strategy, SumStrategy } from '../strategy/strategy.ts';
import { cohortOf, refuseSynchronised } from './asynchronous.ts';
import { type CentralTraining, type DeviceField, isCentral, withoutDevices } from './central.ts';
import { refuseUncertainNoise } from './device-noise.ts';
import { isEvaluator, isFunction, isStrategy, isTensor, isTransformer } from './given.ts';
import { requireGroups, smallestGroupByDefault } from './groups.ts';
import {
  fairCapOf,
  refuseIncompressible,
  refuseKeepingEach,
  refuseLayers,
  refuseOptimizer,
  refuseOverflow,
  refuseUnaccountable,
  refuseUnasked,
  refuseUnclippable,
  refuseUncontrollable,
  refuseUnmaskable,
  refuseUnmeasured,
  refuseUnwatchable,
} from './misfits.ts';
import { queriesSchema, refuseUnaskable } from './queries.ts';
import { misfitOf, retrainSchema } from './retrain/retrain.ts';
import { spreadOf } from './spread.ts';
import type { Task, TaskQuery } from './task.ts';
import { gateSchema, problemOfGate } from './task-gate.ts';
import { privacyOf } from './task-privacy.ts';
import { promotionSchema } from './task-promotion.ts';
import { watchSchema } from './task-watch.ts';

/** Each once. */
const vocabularySchema = z
  .array(z.string().min(1).max(256))
  .min(1)
  .max(2 ** 24)
  .refine(words => new Set(words).size === words.length, 'expected each word once');

/** The form of a task; `defineTask` checks what fits together besides. */
export const taskSchema = z.strictObject({
  /** A lower-case letter, then up to 62 lower-case letters, digits and hyphens. */
  name: z.string(),
  /** A function that makes the first model: any `tf.LayersModel`. */
  model: z.custom<() => tf.LayersModel | Promise<tf.LayersModel>>(
    isFunction,
    'expected a function that makes the model',
  ),
  /**
   * The words, or other classes, that the last rows of the model stand for, in their order: where `model()` has rows for more of them than the newest
   * version, that grows; null: a changed `model()` is refused.
   */
  vocabulary: vocabularySchema.nullable().default(null),
  /** One more whenever the task changes. */
  planVersion: z.int().min(1).default(1),
  /** How devices train. */
  plan: z.strictObject({
    /** Passes over a device's examples. */
    epochs: z.int().min(1).max(100).default(1),
    /** Examples in one step of gradient descent. */
    batchSize: z.int().min(1).max(4_096).default(16),
    /** Step size of gradient descent on devices. */
    learningRate: z.number().positive().max(1_000),
    /** Strength of the pull towards the global model (FedProx); 0 is FedAvg. */
    proximal: z.number().min(0).max(1_000).default(0),
    /** Longest L2 norm of the gradient of one step; null: any. */
    gradientClip: z.number().positive().max(1e6).nullable().default(null),
    /** Examples that a device uses at most; a device that has more draws them at random. */
    maxExamples: z.int().min(1).max(1_000_000).default(5_000),
    /** Seed of shuffles and draws, for devices whose app lets the plan choose them. */
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0),
    /** Compares each label with this number of other classes a step, instead of all; null: with all. */
    sampledSoftmax: z
      .strictObject({
        /** Other classes a step. */
        negatives: z.int().min(1).max(1_000_000),
      })
      .nullable()
      .default(null),
    /** How gradients become steps on devices, which remember nothing of it between rounds; null: each is its gradient times the learning rate. */
    optimizer: z
      .strictObject({
        /** Gradient descent with momentum, or with that of Nesterov, or Adam. */
        kind: z.enum(['momentum', 'nesterov', 'adam']),
        /** What stays of the mean gradient from one step to the next; β₁ of Adam. */
        momentum: z.number().min(0).lt(1).default(0.9),
        /** What stays of the mean squared gradient, β₂ of Adam; 0.999 by default. */
        squares: z.number().min(0).lt(1).optional(),
        /** ε of Adam; 1e-7 by default. */
        epsilon: z.number().positive().max(1).optional(),
      })
      .nullable()
      .default(null),
    /** Layers whose weights never leave a device. */
    privateLayers: z.array(z.string().min(1).max(256)).max(256).default([]),
  }),
  /** What a device sends. */
  update: z.strictObject({
    /** Quantised integers, or plain floats for strategies that need single updates; these can't be masked. */
    kind: z.enum(['ring', 'float32']).default('ring'),
    /** Longest L2 norm of an update. */
    clip: z.number().positive().max(1e6),
    /** Clips each layer to an equal share of `clip`, in place of the whole update, so that a layer with large gradients leaves room for the others. */
    perLayer: z.boolean().default(false),
    /** Bits of a quantised value. */
    bits: z.int().min(2).max(24).default(8),
    /** Whether updates count by the number of examples used, or all the same. */
    weighting: z.enum(['examples', 'uniform']).default('examples'),
    /** Largest weight of one update. */
    weightCap: z.int().min(1).max(65_536).default(32),
    /** Sends only some of the values; null: all of them. */
    compression: z
      .strictObject({
        /**
         * `topK`: those of the largest magnitude, `randomK`: those that each device draws, both without masks; `randomMask`: those that the round
         * draws for all, with masks or without.
         */
        kind: z.enum(['topK', 'randomK', 'randomMask']),
        /** The share of the values that is sent. */
        fraction: z.number().positive().max(1),
        /**
         * Whether a device keeps what it did not send, and adds it to its next update; else what is sent counts for the rest. By default so
         * for `topK` and `randomK`, and not for `randomMask`.
         */
        feedback: z.boolean().optional(),
      })
      .nullable()
      .default(null),
  }),
  /** Secure aggregation; `off`: the coordinator sees each update. */
  masking: z
    .union([
      z.literal('off'),
      z.strictObject({
        /** What masks withstand. */
        threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']).default('malicious'),
        /** Share of the devices that may work with the coordinator. */
        corrupt: z.number().min(0).lt(1).default(0.05),
        /** Share of the devices whose update may get lost. */
        dropping: z.number().min(0).lt(1).default(0.1),
        /** Whether devices mask with a few neighbours, or with all others. */
        graph: z.enum(['sparse', 'complete']).default('sparse'),
        /** Groups that a cohort is cut into, each with a sum of its own, for strategies made by `inGroups(…)`; 1: the cohort is one sum. */
        groups: z.int().min(1).max(1_000).default(1),
        /** Updates without which the sum of a group is not opened; apps hold it against their floor `smallestSum`. */
        smallestGroup: z.int().min(fewestContributors).max(100_000).default(smallestGroupByDefault),
      }),
    ])
    .prefault({}),
  /** What versions may tell of a device: the coordinator, or the devices, add noise to each sum; null: no noise, and no ε. */
  privacy: z
    .strictObject({
      /** ε of a device once the budget is spent. */
      epsilon: z.number().positive().max(1e6),
      /** δ, well below 1 / devices of the population. */
      delta: z.number().positive().lt(1),
      /** Versions that the budget is for: training stops after them. */
      rounds: z.int().min(1).max(1_000_000),
      /** A device takes part in one of this number of rounds at most; 1: in every one. */
      separation: z.int().min(1).max(1_000_000).default(1),
      /** How often a device takes part at most; by default as often as `separation` and `rounds` allow. */
      participations: z.int().min(1).max(1_000_000).optional(),
      /**
       * `correlated`: the noise of a version takes back a part of that of the versions before, which is less noise for the same ε; `independent`: it
       * does not. `blt`: as `correlated`, going back to the first version by way of buffers that the coordinator keeps. `skellam` and `discreteGaussian`: devices add it, independent from version to version, before they mask, so that nobody sees a
       * sum without it.
       */
      noise: z
        .union([
          z.enum(['correlated', 'independent', 'blt', 'skellam', 'discreteGaussian']),
          z.strictObject({
            /** Buffered linear Toeplitz noise, with parameters. */
            kind: z.literal('blt'),
            /** Buffers of the model's size, for which the best theta and omega are looked for; 2 by default. */
            buffers: z.int().min(1).max(8).optional(),
            /** How fast each buffer forgets; with `omega`, instead of `buffers`. */
            theta: z.array(z.number().positive().max(1)).min(1).max(8).optional(),
            /** How much of each buffer a version takes back: positive, with a sum of at most 1. */
            omega: z.array(z.number().positive().max(1)).min(1).max(8).optional(),
          }),
        ])
        .default('correlated'),
    })
    .nullable()
    .default(null),
  /** How many devices take part in a round. */
  cohort: z.strictObject({
    /** Whether the devices of a round begin together, or each when it comes, and every `goal` updates make a version (FedBuff). */
    mode: z.enum(['synchronous', 'asynchronous']).default('synchronous'),
    /** Updates that a round wants; those that make a version of an asynchronous task, 2 at least. */
    goal: z.int().min(1).max(1_000_000),
    /** Updates below which a round fails; a synchronous task must have it, an asynchronous one has it only with masking, four fifths of the goal by default. */
    minimum: z.int().min(1).max(1_000_000).optional(),
    /** Devices chosen for each update wanted, 1.3 by default; not of an asynchronous task without masking. */
    overSelection: z.number().min(1).max(10).optional(),
    /** Cells that a round is spread over (`--role cell`), each with a part of its cohort, and under masks with a sum of its own that is opened with at least `masking.smallestGroup` updates; 1: a round is in one cell. */
    cells: z.int().min(1).max(64).default(1),
    /** Devices at work at the same time; only of an asynchronous task, which must have it. */
    concurrency: z.int().min(1).max(100_000).optional(),
    /** Versions that may be made between an assignment and its update, 20 by default: one that is older is refused, or with masking trained again; only of an asynchronous task, with masking 63 at most. */
    maxStaleness: z.int().min(0).max(1_000).optional(),
  }),
  /** How long each phase of a round may take. */
  deadlines: z
    .strictObject({
      /** Until enough devices have checked in. */
      gathering: duration.default(30_000),
      /** For keys. */
      keys: duration.default(10_000),
      /** For shares of keys. */
      shares: duration.default(10_000),
      /** For training and sending updates; at least three times `uploadSlot`. */
      updates: duration.default(180_000),
      /** For signing the statement of whose updates are in the sum. */
      agreement: duration.default(20_000),
      /** For revealing shares. */
      unmasking: duration.default(20_000),
      /** How long a masked round that has enough waits for devices whose connection is gone. */
      grace: duration.default(20_000),
      /** For measuring the new version. */
      evaluation: duration.default(600_000),
    })
    .prefault({}),
  /** Devices send updates at multiples of this time after the assignment, and up to as much later at random, so that nobody sees how long they train; 0: at once. */
  uploadSlot: duration.default(30_000),
  /** When rounds begin. */
  schedule: z.strictObject({
    /** Time from the beginning of a round to that of the next one; of an asynchronous task, from one version to the next at least. */
    every: duration,
  }),
  /** When training runs begin and end, in which rounds run then; null: rounds run all the time. */
  retrain: retrainSchema,
  /** Who trains: devices, or the coordinator on examples of its own, made by `central(…)`, for good or before devices; null: devices. */
  training: z
    .custom<CentralTraining>(isCentral, 'expected central({ examples: … })')
    .nullable()
    .default(null),
  /** What devices are asked besides, as `defineQuery({ … })` makes it, by command; or `{ query, every: '1 d' }`, so often by itself, too. */
  queries: queriesSchema.default([]),
  /** What a device must show at its check-in. */
  eligibility: z
    .strictObject({
      /** Examples that a device must have. */
      minExamples: z.int().min(0).default(1),
      /** Nobody uses the device. */
      idle: z.boolean().default(false),
      /** The device charges. */
      charging: z.boolean().default(false),
      /** The network costs nothing by volume. */
      unmetered: z.boolean().default(false),
      /** Free storage, MiB. */
      minFreeMiB: z
        .int()
        .min(0)
        .max(2 ** 31)
        .default(0),
      /** Oldest version of the SDK. */
      minSdk: z
        .string()
        .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'expected a version such as "0.1.0"')
        .default('0.0.0'),
    })
    .prefault({}),
  /** What turns a round into the next model. */
  strategy: z.custom<Strategy>(isStrategy, 'expected a strategy such as fedAvg()').default(() => fedAvg()),
  /** Measures each version on held-out examples: an evaluator of the coordinator, or devices (`onDevices({ every: '6 h' })`); null: nothing does. */
  evaluation: z
    .custom<Evaluator | OnDevices>(
      value => isEvaluator(value) || isOnDevices(value),
      'expected an evaluator such as workerEvaluator(…), or onDevices(…)',
    )
    .nullable()
    .default(null),
  /** What a new version has to pass before devices and servers get it; null: they follow the newest version. */
  gate: gateSchema.nullable().default(null),
  /** How a version that passed the gate becomes what everybody gets, such as `canary({ steps: [0.01, 0.1, 0.5], each: '2 h' })`; null: at once. */
  promote: promotionSchema.nullable().default(null),
  /** Live figures that may not fall after the gate has promoted a version, which is taken back otherwise: a rule or a list of them; null: nothing is taken back. */
  watch: watchSchema.nullable().default(null),
  /** Answers by the coordinator. */
  serving: z
    .strictObject({
      /** The coordinator predicts for devices that can't run the model. */
      remote: z.boolean().default(false),
      /** How devices get the weights of a version that they only serve: float16 is half of the bytes, int8 a quarter. Rounds always begin with float32. */
      weights: z.enum(['float32', 'float16', 'int8']).default('float32'),
      /** N-grams that devices have in common, which the versions made from now on have beside the model: the name of a query of the kind `ngrams`, whose newest ones they are, or a file; null: none. */
      ngrams: z
        .custom<Uint8Array | string>(
          value => value instanceof Uint8Array || typeof value === 'string',
          'expected the name of a query of the kind ngrams, or the bytes of a file of n-grams',
        )
        .nullable()
        .default(null),
      /** What turns what clients of the inference server send into tensors, and answers back; null: they send tensors. */
      transformer: z
        .custom<Transformer>(
          isTransformer,
          'expected a transformer: an object with inputs, outputs, and the functions input and output',
        )
        .nullable()
        .default(null),
      /** Inputs of one request as clients of the inference server send it: each version answers it before its first request; null: zeros. */
      warmUp: z
        .custom<readonly Tensor[]>(
          value => Array.isArray(value) && value.length > 0 && value.every(isTensor),
          'expected tensors, each with name, datatype, shape and data',
        )
        .nullable()
        .default(null),
    })
    .prefault({}),
});

type Definition = z.input<typeof taskSchema>;

type Cohort<Mode, Its extends keyof Definition['cohort'], Needed extends Its> = {
  readonly mode?: Mode;
} & Pick<Definition['cohort'], 'goal' | 'cells' | Its> &
  Required<Pick<Definition['cohort'], Needed>>;

/** A task as a team writes it down; what is left out has the default that `docs/reference/task.md` lists. */
export type TaskDefinition = Omit<Definition, 'masking' | 'strategy' | 'cohort'> & {
  readonly cohort:
    | Cohort<'synchronous' | undefined, 'minimum' | 'overSelection', 'minimum'>
    | (Cohort<'asynchronous', 'minimum' | 'overSelection' | 'concurrency' | 'maxStaleness', 'concurrency'> & {
        readonly mode: 'asynchronous';
      });
} & (
    | { readonly masking: Exclude<Definition['masking'], 'off'>; readonly strategy: GroupsStrategy }
    | { readonly masking?: Definition['masking']; readonly strategy?: SumStrategy | undefined }
    | { readonly masking: 'off'; readonly strategy: EachStrategy }
  );

/** A task that no device trains, which says nothing of devices. */
export type CentralTaskDefinition = Omit<Definition, DeviceField> & { readonly training: CentralTraining };

/** The fields of a definition that are wrong by themselves; whether they fit each other, `defineTask` finds out. */
export function wrongFields(input: unknown): FieldProblem[] {
  const parsed = taskSchema.safeParse(withoutDevices(input));
  return parsed.success ? [] : fieldProblems(parsed.error, input);
}

/**
 * Checks a task and fills in its defaults. Throws `config.invalid`, naming each field that is wrong and what it may be, and
 * `config.ring` where updates could overflow their sum.
 */
export function defineTask(input: TaskDefinition | CentralTaskDefinition): Task {
  const parsed = taskSchema.safeParse(withoutDevices(input));
  if (!parsed.success)
    throw new MurmurationError('config.invalid', describeIssues('The task', parsed.error, input));
  const {
    plan,
    update: asked,
    masking,
    privacy,
    deadlines,
    schedule,
    evaluation: by,
    ...others
  } = parsed.data;
  const evaluation = isOnDevices(by) ? null : by;
  const queries = isOnDevices(by)
    ? [...others.queries, ...queriesSchema.parse([{ query: by.query, every: by.every }])]
    : others.queries;
  const update = updateOf(asked);
  const { training: central, ...rest } = others;
  const { cells, ...ofCohort } = rest.cohort;
  const { cohort, buffer } = cohortOf(ofCohort, masking !== 'off');
  const { privateLayers, sampledSoftmax, optimizer, ...training } = plan;
  if (optimizer) refuseOptimizer(rest.strategy, optimizer);
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
  if (buffer)
    refuseSynchronised(rest.strategy, {
      isPrivate: privacy !== null,
      isRetrained: rest.retrain !== null,
    });
  const fairCap = fairCapOf(rest.strategy, (input as Partial<TaskDefinition>).update?.weightCap, {
    isPrivate: privacy !== null,
    isAsynchronous: buffer !== null,
  });
  refuseUnclippable(rest.strategy, update, {
    isAsynchronous: buffer !== null,
    isNoisy: privacy?.noise === 'skellam' || privacy?.noise === 'discreteGaussian',
  });
  refuseLayers(rest.strategy, update);
  refuseUncontrollable(rest.strategy, {
    update,
    plan,
    cohort,
    isPrivate: privacy !== null,
    isAsynchronous: buffer !== null,
  });
  refuseIncompressible(rest.strategy, update, {
    isMasked: masking !== 'off',
    isPrivate: privacy !== null,
    isAsynchronous: buffer !== null,
  });
  if (privacy) refuseUnaccountable(rest.strategy, update);
  const misfit =
    rest.retrain &&
    misfitOf(rest.retrain, {
      hasEvaluation: evaluation !== null,
      hasPrivacy: privacy !== null,
      isCentral: central !== null,
    });
  if (misfit) throw new MurmurationError('config.invalid', `The task: ${misfit.field} ${misfit.message}.`);
  if (central && privateLayers.length > 0)
    throw new MurmurationError(
      'config.invalid',
      "The task: training on the coordinator's own examples can't be combined with plan.privateLayers, which only devices train.",
    );
  const { settings, groups } = maskingOf(masking);
  requireGroups(rest.strategy, groups, cohort, masking !== 'off');
  const spread = spreadOf(cells, {
    smallest: masking === 'off' ? 1 : masking.smallestGroup,
    cohort,
    strategy: rest.strategy,
    update,
    isAsynchronous: buffer !== null,
    isNoisy: privacy?.noise === 'skellam' || privacy?.noise === 'discreteGaussian',
    isCentral: central !== null,
  });
  if (settings) refuseUnmaskable(settings, update.kind, cohort, groups?.count ?? spread?.count ?? 1);
  if (rest.serving.remote && privateLayers.length > 0)
    throw new MurmurationError(
      'config.invalid',
      "The task: serving.remote can't be combined with plan.privateLayers, since the coordinator has no trained weights of these layers.",
    );
  if (rest.serving.ngrams) requireNgrams(rest.serving.ngrams, queries);
  const problem =
    rest.gate && problemOfGate(rest.gate, measuredOf({ evaluator: evaluation, queries }), privateLayers);
  if (problem) throw new MurmurationError('config.invalid', `The task: ${problem}`);
  if (rest.promote && rest.promote.query !== null) refuseUnasked(rest.promote, rest.queries);
  if (rest.promote && (!rest.gate || (privateLayers.length > 0 && rest.promote.query === null)))
    throw new MurmurationError(
      'config.invalid',
      rest.gate
        ? "The task: promote can't be combined with plan.privateLayers, since no inference server answers with such a model."
        : 'The task: promote needs a gate, since only what has passed it is promoted by itself.',
    );
  if (rest.watch)
    refuseUnwatchable(rest.watch, rest.gate !== null, settings !== null && buffer === null, privacy !== null);
  const task: Task = {
    ...rest,
    name: parseTaskName(rest.name),
    // Devices that know nothing of it still understand a plan without it.
    training: { ...training, ...(sampledSoftmax && { sampledSoftmax }), ...(optimizer && { optimizer }) },
    central,
    privateLayers,
    update: { ...update, weightCap: fairCap ?? capOf(update) },
    queries,
    masking: settings,
    groups,
    privacy: privacy && privacyOf(privacy),
    cohort,
    spread,
    buffer,
    deadlines,
    interval: schedule.every,
    evaluator: evaluation && rest.gate ? remembering(evaluation) : evaluation,
  };
  refuseOverflow(task);
  if (task.privacy?.devices) refuseUncertainNoise(task);
  refuseUnaskable(task);
  refuseUnmeasured(task);
  return task;
}

/** Throws `config.invalid` for bytes that no device could read, and for a name that no query for n-grams has. */
function requireNgrams(ngrams: Uint8Array | string, queries: readonly TaskQuery[]): void {
  if (typeof ngrams === 'string') {
    if (queries.some(({ query }) => query.name === ngrams && query.kind === 'ngrams')) return;
    throw new MurmurationError(
      'config.invalid',
      `The task: serving.ngrams: there is no query "${ngrams}" of the kind ngrams among its queries.`,
    );
  }
  try {
    decodeNgrams(ngrams);
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The task: serving.ngrams: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** What plans say of updates: devices that know nothing of compression still understand a plan without it. */
function updateOf({
  compression,
  perLayer,
  ...others
}: z.output<typeof taskSchema>['update']): UpdateSettings {
  // Devices that know nothing of it still understand a plan without it.
  const update = perLayer ? { ...others, perLayer } : others;
  if (!compression) return update;
  const { kind, fraction, feedback = kind !== 'randomMask' } = compression;
  return { ...update, compression: { kind, fraction, feedback } };
}

/** Uniform weights are all 1: a larger cap would only widen the ring. */
const capOf = ({ weighting, weightCap }: Task['update']): number => (weighting === 'uniform' ? 1 : weightCap);

/** What plans say of masking, and what the coordinator alone knows of it. */
function maskingOf(masking: z.output<typeof taskSchema>['masking']): {
  readonly settings: MaskingSettings | null;
  readonly groups: Task['groups'];
} {
  if (masking === 'off') return { settings: null, groups: null };
  const { groups, smallestGroup, ...settings } = masking;
  return { settings, groups: groups === 1 ? null : { count: groups, smallest: smallestGroup } };
}
