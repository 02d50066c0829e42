import type * as tf from '@murmuration/engine/tfjs/tf';
import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import { duration } from '@murmuration/protocol/time/duration';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import * as z from 'zod';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { isOnDevices, type OnDevices } from '../evaluation/on-devices.ts';
import { fedAvg } from '../strategy/fed-avg.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { type CentralTraining, isCentral } from './central.ts';
import { isEvaluator, isFunction, isStrategy, isTensor, isTransformer } from './given.ts';
import { smallestGroupByDefault } from './groups.ts';
import { queriesSchema } from './queries.ts';
import { retrainSchema } from './retrain/retrain.ts';
import { gateSchema } from './task-gate.ts';
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
   * @default null
   */
  vocabulary: vocabularySchema.nullable().default(null),
  /** One more whenever the task changes. @default 1 */
  planVersion: z.int().min(1).default(1),
  /** How devices train. */
  plan: z.strictObject({
    /** Passes over a device's examples. @default 1 */
    epochs: z.int().min(1).max(100).default(1),
    /** Examples in one step of gradient descent. @default 16 */
    batchSize: z.int().min(1).max(4_096).default(16),
    /** Step size of gradient descent on devices. */
    learningRate: z.number().positive().max(1_000),
    /** Strength of the pull towards the global model (FedProx); 0 is FedAvg. @default 0 */
    proximal: z.number().min(0).max(1_000).default(0),
    /** Longest L2 norm of the gradient of one step; null: any. @default null */
    gradientClip: z.number().positive().max(1e6).nullable().default(null),
    /** Examples that a device uses at most; a device that has more draws them at random. @default 5_000 */
    maxExamples: z.int().min(1).max(1_000_000).default(5_000),
    /** Seed of shuffles and draws, for devices whose app lets the plan choose them. @default 0 */
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0),
    /** Compares each label with this number of other classes a step, instead of all; null: with all. @default null */
    sampledSoftmax: z
      .strictObject({
        /** Other classes a step. */
        negatives: z.int().min(1).max(1_000_000),
      })
      .nullable()
      .default(null),
    /**
     * How gradients become steps on devices, which remember nothing of it between rounds; null: each is its gradient times the learning rate.
     * @default null
     */
    optimizer: z
      .strictObject({
        /** Gradient descent with momentum, or with that of Nesterov, or Adam. */
        kind: z.enum(['momentum', 'nesterov', 'adam']),
        /** What stays of the mean gradient from one step to the next; β₁ of Adam. @default 0.9 */
        momentum: z.number().min(0).lt(1).default(0.9),
        /** What stays of the mean squared gradient, β₂ of Adam; 0.999 by default. */
        squares: z.number().min(0).lt(1).optional(),
        /** ε of Adam; 1e-7 by default. */
        epsilon: z.number().positive().max(1).optional(),
      })
      .nullable()
      .default(null),
    /** Layers whose weights never leave a device. @default [] */
    privateLayers: z.array(z.string().min(1).max(256)).max(256).default([]),
  }),
  /** What a device sends. */
  update: z.strictObject({
    /** Quantised integers, or plain floats for strategies that need single updates; these can't be masked. @default 'ring' */
    kind: z.enum(['ring', 'float32']).default('ring'),
    /** Longest L2 norm of an update. */
    clip: z.number().positive().max(1e6),
    /**
     * Clips each layer to an equal share of `clip`, in place of the whole update, so that a layer with large gradients leaves room for the others.
     * @default false
     */
    perLayer: z.boolean().default(false),
    /** Bits of a quantised value. @default 8 */
    bits: z.int().min(2).max(24).default(8),
    /**
     * Whether updates count by the number of examples used, or all the same; `uniform` by default with masking, else `examples`. Under masks weights
     * differ by no more than devices take by default.
     */
    weighting: z.enum(['examples', 'uniform']).optional(),
    /** Largest weight of one update. @default 32 */
    weightCap: z.int().min(1).max(65_536).default(32),
    /** Sends only some of the values; null: all of them. @default null */
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
  /** Secure aggregation; `off`: the coordinator sees each update. @default {} */
  masking: z
    .union([
      z.literal('off'),
      z.strictObject({
        /** What masks withstand. @default 'malicious' */
        threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']).default('malicious'),
        /** Share of the devices that may work with the coordinator. @default 0.05 */
        corrupt: z.number().min(0).lt(1).default(0.05),
        /** Share of the devices whose update may get lost. @default 0.1 */
        dropping: z.number().min(0).lt(1).default(0.1),
        /** Whether devices mask with a few neighbours, or with all others. @default 'sparse' */
        graph: z.enum(['sparse', 'complete']).default('sparse'),
        /**
         * Groups that a cohort is cut into, each with a sum of its own, for strategies made by `inGroups(…)`; 1: the cohort is one sum.
         * @default 1
         */
        groups: z.int().min(1).max(1_000).default(1),
        /** Updates without which the sum of a group is not opened; apps hold it against their floor `smallestSum`. @default 16 */
        smallestGroup: z.int().min(fewestContributors).max(100_000).default(smallestGroupByDefault),
      }),
    ])
    .prefault({}),
  /** What versions may tell of a device: the coordinator, or the devices, add noise to each sum; null: no noise, and no ε. @default null */
  privacy: z
    .strictObject({
      /** ε of a device once the budget is spent. */
      epsilon: z.number().positive().max(1e6),
      /** δ, well below 1 / devices of the population. */
      delta: z.number().positive().lt(1),
      /** Versions that the budget is for: training stops after them. */
      rounds: z.int().min(1).max(1_000_000),
      /** A device takes part in one of this number of rounds at most; 1: in every one. @default 1 */
      separation: z.int().min(1).max(1_000_000).default(1),
      /** How often a device takes part at most; by default as often as `separation` and `rounds` allow. */
      participations: z.int().min(1).max(1_000_000).optional(),
      /**
       * `correlated`: the noise of a version takes back a part of that of the versions before, which is less noise for the same ε; `independent`: it
       * does not. `blt`: as `correlated`, going back to the first version by way of buffers that the coordinator keeps. `skellam` and `discreteGaussian`: devices add it, independent from version to version, before they mask, so that nobody sees a
       * sum without it.
       * @default 'correlated'
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
    /**
     * Whether the devices of a round begin together, or each when it comes, and every `goal` updates make a version (FedBuff).
     * @default 'synchronous'
     */
    mode: z.enum(['synchronous', 'asynchronous']).default('synchronous'),
    /** Updates that a round wants; those that make a version of an asynchronous task, 2 at least. */
    goal: z.int().min(1).max(1_000_000),
    /** Updates below which a round fails; a synchronous task must have it, an asynchronous one has it only with masking, four fifths of the goal by default. */
    minimum: z.int().min(1).max(1_000_000).optional(),
    /** Devices chosen for each update wanted, 1.3 by default; not of an asynchronous task without masking. */
    overSelection: z.number().min(1).max(10).optional(),
    /**
     * Cells that a round is spread over (`--role cell`), each with a part of its cohort, and under masks with a sum of its own that is opened with at least `masking.smallestGroup` updates; 1: a round is in one cell.
     * @default 1
     */
    cells: z.int().min(1).max(64).default(1),
    /** Devices at work at the same time, twice `goal` by default; only of an asynchronous task. */
    concurrency: z.int().min(1).max(100_000).optional(),
    /** Versions that may be made between an assignment and its update, 20 by default, and 0 with masking: one that is older is refused, or with masking trained again; only of an asynchronous task, with masking 63 at most. */
    maxStaleness: z.int().min(0).max(1_000).optional(),
  }),
  /** How long each phase of a round may take. @default {} */
  deadlines: z
    .strictObject({
      /** Until enough devices have checked in. @default '30 s' */
      gathering: duration.default(30_000),
      /** For keys. @default '10 s' */
      keys: duration.default(10_000),
      /** For shares of keys. @default '10 s' */
      shares: duration.default(10_000),
      /** For training and sending updates; at least three times `uploadSlot`. @default '3 min' */
      updates: duration.default(180_000),
      /** For signing the statement of whose updates are in the sum. @default '20 s' */
      agreement: duration.default(20_000),
      /** For revealing shares. @default '20 s' */
      unmasking: duration.default(20_000),
      /** How long a masked round that has enough waits for devices whose connection is gone. @default '20 s' */
      grace: duration.default(20_000),
      /** For measuring the new version. @default '10 min' */
      evaluation: duration.default(600_000),
    })
    .prefault({}),
  /**
   * Devices send updates at multiples of this time after the assignment, and up to as much later at random, so that nobody sees how long they train; 0: at once.
   * @default '30 s'
   */
  uploadSlot: duration.default(30_000),
  /** When rounds begin. */
  schedule: z.strictObject({
    /** Time from the beginning of a round to that of the next one; of an asynchronous task, from one version to the next at least. */
    every: duration,
  }),
  /** When training runs begin and end, in which rounds run then; null: rounds run all the time. @default null */
  retrain: retrainSchema,
  /**
   * Who trains: devices, or the coordinator on examples of its own, made by `central(…)`, for good or before devices; null: devices.
   * @default null
   */
  training: z
    .custom<CentralTraining>(isCentral, 'expected central({ examples: … })')
    .nullable()
    .default(null),
  /**
   * What devices are asked besides, as `defineQuery({ … })` makes it, by command; or `{ query, every: '1 d' }`, so often by itself, too.
   * @default []
   */
  queries: queriesSchema.default([]),
  /** What a device must show at its check-in. @default {} */
  eligibility: z
    .strictObject({
      /** Examples that a device must have. @default 1 */
      minExamples: z.int().min(0).default(1),
      /** Nobody uses the device. @default false */
      idle: z.boolean().default(false),
      /** The device charges. @default false */
      charging: z.boolean().default(false),
      /** The network costs nothing by volume. @default false */
      unmetered: z.boolean().default(false),
      /** Free storage, MiB. @default 0 */
      minFreeMiB: z
        .int()
        .min(0)
        .max(2 ** 31)
        .default(0),
      /** Oldest version of the SDK. @default '0.0.0' */
      minSdk: z
        .string()
        .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'expected a version such as "0.1.0"')
        .default('0.0.0'),
    })
    .prefault({}),
  /** What turns a round into the next model. @default fedAvg() */
  strategy: z
    .custom<Strategy>(
      isStrategy,
      'expected a strategy such as fedAvg(), or one of your own with "name", "consumes" ("sum", "each" or "groups"), "init" and "apply"',
    )
    .default(() => fedAvg()),
  /**
   * Measures each version on held-out examples: an evaluator of the coordinator, or devices (`onDevices({ every: '6 h' })`); null: nothing does.
   * @default null
   */
  evaluation: z
    .custom<Evaluator | OnDevices>(
      value => isEvaluator(value) || isOnDevices(value),
      'expected an evaluator such as workerEvaluator(…), or onDevices(…)',
    )
    .nullable()
    .default(null),
  /** What a new version has to pass before devices and servers get it; null: they follow the newest version. @default null */
  gate: gateSchema.nullable().default(null),
  /**
   * How a version that passed the gate becomes what everybody gets, such as `canary({ steps: [0.01, 0.1, 0.5], each: '2 h' })`; null: at once.
   * @default null
   */
  promote: promotionSchema.nullable().default(null),
  /**
   * Live figures that may not fall after the gate has promoted a version, which is taken back otherwise: a rule or a list of them; null: nothing is taken back.
   * @default null
   */
  watch: watchSchema.nullable().default(null),
  /** Answers by the coordinator. @default {} */
  serving: z
    .strictObject({
      /** The coordinator predicts for devices that can't run the model. @default false */
      remote: z.boolean().default(false),
      /**
       * How devices get the weights of a version that they only serve: float16 is half of the bytes, int8 a quarter. Rounds always begin with float32.
       * @default 'float32'
       */
      weights: z.enum(['float32', 'float16', 'int8']).default('float32'),
      /**
       * N-grams that devices have in common, which the versions made from now on have beside the model: the name of a query of the kind `ngrams`, whose newest ones they are, or a file; null: none.
       * @default null
       */
      ngrams: z
        .custom<Uint8Array | string>(
          value => value instanceof Uint8Array || typeof value === 'string',
          'expected the name of a query of the kind ngrams, or the bytes of a file of n-grams',
        )
        .nullable()
        .default(null),
      /** What turns what clients of the inference server send into tensors, and answers back; null: they send tensors. @default null */
      transformer: z
        .custom<Transformer>(
          isTransformer,
          'expected a transformer: an object with inputs, outputs, and the functions input and output',
        )
        .nullable()
        .default(null),
      /**
       * Inputs of one request as clients of the inference server send it: each version answers it before its first request; null: zeros.
       * @default null
       */
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
