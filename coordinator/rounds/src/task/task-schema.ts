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
import { fleetSchema } from './fleet.ts';
import { isEvaluator, isFunction, isStrategy, isTensor, isTransformer } from './given.ts';
import { smallestGroupByDefault } from './groups.ts';
import { queriesSchema } from './queries.ts';
import { retrainSchema } from './retrain/retrain.ts';
import { gateSchema } from './task-gate.ts';
import { promotionSchema } from './task-promotion.ts';
import { watchSchema } from './task-watch.ts';

/** List of distinct words. */
const vocabularySchema = z
  .array(z.string().min(1).max(256))
  .min(1)
  .max(2 ** 24)
  .refine(words => new Set(words).size === words.length, 'expected each word once');

/** Schema of a task; `defineTask` also checks that its fields fit together. */
export const taskSchema = z.strictObject({
  /** Name of the task: a lower-case letter, then up to 62 lower-case letters, digits and hyphens. */
  name: z.string(),
  /** Function that makes the first model: any `tf.LayersModel`. */
  model: z.custom<() => tf.LayersModel | Promise<tf.LayersModel>>(
    isFunction,
    'expected a function that makes the model',
  ),
  /**
   * Words, or other classes, of the model's last rows, in their order. If `model()` has rows for more of
   * them than the newest version, that version grows; with null, a changed `model()` is refused.
   * @default null
   */
  vocabulary: vocabularySchema.nullable().default(null),
  /** Version of the plan; increase it by one whenever the task changes. @default 1 */
  planVersion: z.int().min(1).default(1),
  /**
   * Kind of the devices, whose defaults settings have that are left out. `few`: machines that are nearly
   * always there; `phones`: thousands that are mostly away; `come-and-go`: pages and apps, open for a minute.
   */
  fleet: fleetSchema.optional(),
  /** Settings of the training on devices. */
  plan: z.strictObject({
    /** Passes over a device's examples. @default 1 */
    epochs: z.int().min(1).max(100).default(1),
    /** Examples in one step of gradient descent. @default 16 */
    batchSize: z.int().min(1).max(4_096).default(16),
    /** Step size of gradient descent on devices. */
    learningRate: z.number().positive().max(1_000),
    /** Strength of the pull towards the global model (FedProx); 0 is FedAvg. @default 0 */
    proximal: z.number().min(0).max(1_000).default(0),
    /** Longest L2 norm of the gradient of one step; null for no limit. @default null */
    gradientClip: z.number().positive().max(1e6).nullable().default(null),
    /** Most examples that a device uses; a device with more draws a random sample. @default 5_000 */
    maxExamples: z.int().min(1).max(1_000_000).default(5_000),
    /**
     * Sampled softmax: compares each label with a number of other classes per step; null compares it with
     * all of them.
     * @default null
     */
    sampledSoftmax: z
      .strictObject({
        /** Number of other classes per step. */
        negatives: z.int().min(1).max(1_000_000),
      })
      .nullable()
      .default(null),
    /**
     * Optimiser of devices, which keeps no state between rounds: gradient descent with momentum or with
     * Nesterov momentum, or Adam; null multiplies each gradient by the learning rate.
     * @default null
     */
    optimizer: z.enum(['momentum', 'nesterov', 'adam']).nullable().default(null),
    /** Layers whose weights never leave a device. @default [] */
    privateLayers: z.array(z.string().min(1).max(256)).max(256).default([]),
  }),
  /** Settings of the updates that devices send. */
  update: z.strictObject({
    /**
     * Kind of values: quantised integers, or plain floats for strategies that need single updates; floats
     * can't be masked.
     * @default 'ring'
     */
    kind: z.enum(['ring', 'float32']).default('ring'),
    /** Longest L2 norm of an update. */
    clip: z.number().positive().max(1e6),
    /**
     * Clips each layer to an equal share of `clip`, instead of the whole update, so that a layer with large
     * gradients leaves room for the others.
     * @default false
     */
    perLayer: z.boolean().default(false),
    /** Bits of a quantised value. @default 8 */
    bits: z.int().min(2).max(24).default(8),
    /**
     * Weights of updates: by the number of examples used, or all equal; `uniform` by default with masking,
     * else `examples`. With masking, weights differ no more than devices accept by default.
     */
    weighting: z.enum(['examples', 'uniform']).optional(),
    /** Largest weight of one update. @default 32 */
    weightCap: z.int().min(1).max(65_536).default(32),
    /** Compression that sends only some of the values; null sends all of them. @default null */
    compression: z
      .strictObject({
        /**
         * Choice of the values. `topK`: those of the largest magnitude; `randomK`: a random draw of each
         * device; both only without masks, and a device adds what it did not send to its next update.
         * `randomMask`: one random draw of the round for all devices, with or without masks, which stands for
         * the rest.
         */
        kind: z.enum(['topK', 'randomK', 'randomMask']),
        /** Share of the values that is sent. */
        fraction: z.number().positive().max(1),
      })
      .nullable()
      .default(null),
  }),
  /** Secure aggregation; with `off`, the coordinator sees each update. @default {} */
  masking: z
    .union([
      z.literal('off'),
      z.strictObject({
        /** Threat model that masks withstand. @default 'malicious' */
        threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']).default('malicious'),
        /** Share of the devices that may collude with the coordinator. @default 0.05 */
        corrupt: z.number().min(0).lt(1).default(0.05),
        /** Share of the devices whose update may get lost. @default 0.1 */
        dropping: z.number().min(0).lt(1).default(0.1),
        /** Graph of masks: each device masks with a few neighbours, or with all others. @default 'sparse' */
        graph: z.enum(['sparse', 'complete']).default('sparse'),
        /**
         * Number of groups in a cohort, each with its own sum, for strategies made by `inGroups(…)`; 1 makes
         * the cohort one sum.
         * @default 1
         */
        groups: z.int().min(1).max(1_000).default(1),
        /**
         * Fewest updates in a group's sum that is opened; apps compare it with their floor `smallestSum`.
         * @default 16
         */
        smallestGroup: z.int().min(fewestContributors).max(100_000).default(smallestGroupByDefault),
      }),
    ])
    .prefault({}),
  /**
   * Differential privacy: the coordinator, or the devices, add noise to each sum; null adds no noise and
   * gives no ε.
   * @default null
   */
  privacy: z
    .strictObject({
      /** ε of a device once the budget is spent. */
      epsilon: z.number().positive().max(1e6),
      /** δ of a device, well below 1 / devices of the population. */
      delta: z.number().positive().lt(1),
      /** Number of versions that the budget covers; training stops after them. */
      rounds: z.int().min(1).max(1_000_000),
      /** A device takes part in at most one of this number of rounds; 1 allows every round. @default 1 */
      separation: z.int().min(1).max(1_000_000).default(1),
      /**
       * Kind of the noise. `correlated`: a version takes back part of the noise of earlier versions, which
       * is less noise for the same ε. `independent`: it does not. `blt`: like `correlated`, but back to the
       * first version, through buffers that the coordinator keeps. `skellam` and `discreteGaussian`: devices
       * add independent noise to each version before they mask, so that no sum without noise is ever
       * visible.
       * @default 'correlated'
       */
      noise: z
        .enum(['correlated', 'independent', 'blt', 'skellam', 'discreteGaussian'])
        .default('correlated'),
    })
    .nullable()
    .default(null),
  /** Number of devices in a round. */
  cohort: z.strictObject({
    /**
     * Mode of the rounds: the devices of a round begin together, or each begins when it comes and every
     * `goal` updates make a version (FedBuff).
     * @default 'synchronous'
     */
    mode: z.enum(['synchronous', 'asynchronous']).default('synchronous'),
    /** Updates that a round wants; in an asynchronous task, updates that make a version, at least 2. */
    goal: z.int().min(1).max(1_000_000),
    /**
     * Updates below which a round fails. Required in a synchronous task; in an asynchronous task it is
     * allowed only with masking, and is four fifths of the goal by default.
     */
    minimum: z.int().min(1).max(1_000_000).optional(),
    /**
     * Devices drawn for each update wanted, 1.3 by default; not allowed in an asynchronous task without
     * masking.
     */
    overSelection: z.number().min(1).max(10).optional(),
    /**
     * Cells that a round is spread over (`--role cell`). Each has a part of the cohort and, with masking,
     * its own sum, which is opened with at least `masking.smallestGroup` updates. 1 keeps a round in one
     * cell.
     * @default 1
     */
    cells: z.int().min(1).max(64).default(1),
    /** Devices at work at the same time, twice `goal` by default; only in an asynchronous task. */
    concurrency: z.int().min(1).max(100_000).optional(),
    /**
     * Most versions that may be made between an assignment and its update: 20 by default, 0 with masking. An
     * older update is refused or, with masking, trained again. Only in an asynchronous task; at most 63 with
     * masking.
     */
    maxStaleness: z.int().min(0).max(1_000).optional(),
  }),
  /** Time limit of each phase of a round. @default {} */
  deadlines: z
    .strictObject({
      /** Time until enough devices have checked in. @default '30 s' */
      gathering: duration.default(30_000),
      /** Time for training and for sending updates; at least three times `uploadSlot`. @default '3 min' */
      updates: duration.default(180_000),
      /**
       * Time for each message of masking: signing the statement of whose updates are in the sum, and
       * revealing shares; half of it for keys and for their shares.
       * @default '20 s'
       */
      messages: duration.default(20_000),
      /** Time that a masked round with enough devices waits for disconnected ones. @default '20 s' */
      grace: duration.default(20_000),
    })
    .prefault({}),
  /**
   * Devices send updates at a multiple of this time after the assignment, plus a random delay of up to the
   * same time, to hide how long they trained; 0 sends them at once.
   * @default '30 s'
   */
  uploadSlot: duration.default(30_000),
  /** Schedule of the rounds. */
  schedule: z.strictObject({
    /**
     * Time from the start of a round to the start of the next; in an asynchronous task, shortest time
     * between two versions.
     */
    every: duration,
  }),
  /**
   * Training runs: when they begin and end. Rounds run only during a run; with null, they run all the time.
   * @default null
   */
  retrain: retrainSchema,
  /**
   * Training on the coordinator's own examples, made by `central(…)`, for good or before devices train; null
   * trains on devices.
   * @default null
   */
  training: z
    .custom<CentralTraining>(isCentral, 'expected central({ examples: … })')
    .nullable()
    .default(null),
  /**
   * Queries to devices in addition to training: as `defineQuery({ … })` makes them, run by command; or
   * `{ query, every: '1 d' }`, which also run automatically at this interval.
   * @default []
   */
  queries: queriesSchema.default([]),
  /** Conditions that a device must meet at its check-in. @default {} */
  eligibility: z
    .strictObject({
      /** Fewest examples that a device must have. @default 1 */
      minExamples: z.int().min(0).default(1),
      /**
       * States that the device must be in. `idle`: no person uses it; `charging`: it charges; `unmetered`:
       * its network is not billed by volume.
       * @default []
       */
      needs: z
        .array(z.enum(['idle', 'charging', 'unmetered']))
        .max(3)
        .default([]),
      /** Oldest version of the SDK. @default '0.0.0' */
      minSdk: z
        .string()
        .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'expected a version such as "0.1.0"')
        .default('0.0.0'),
    })
    .prefault({}),
  /** Strategy that turns the updates of a round into the next model. @default fedAvg() */
  strategy: z
    .custom<Strategy>(
      isStrategy,
      'expected a strategy such as fedAvg(), or one of your own with "name", "consumes" ("sum", "each" or "groups"), "init" and "apply"',
    )
    .default(() => fedAvg()),
  /**
   * Evaluation of each version on held-out examples: an evaluator in the coordinator, or devices
   * (`onDevices({ every: '6 h' })`); null measures nothing.
   * @default null
   */
  evaluation: z
    .custom<Evaluator | OnDevices>(
      value => isEvaluator(value) || isOnDevices(value),
      'expected an evaluator such as workerEvaluator(…), or onDevices(…)',
    )
    .nullable()
    .default(null),
  /**
   * Rules that a new version must pass before devices and servers get it; with null, they follow the newest
   * version.
   * @default null
   */
  gate: gateSchema.nullable().default(null),
  /**
   * Rollout of a version that passed the gate, such as `canary({ steps: [0.01, 0.1, 0.5], each: '2 h' })`;
   * null gives it to everyone at once.
   * @default null
   */
  promote: promotionSchema.nullable().default(null),
  /**
   * Live metrics that may not get worse after the gate has promoted a version, else the version is taken
   * back: a rule or a list of rules; null takes nothing back.
   * @default null
   */
  watch: watchSchema.nullable().default(null),
  /** Settings of predictions and of the versions that are served. @default {} */
  serving: z
    .strictObject({
      /** The coordinator predicts for devices that can't run the model. @default false */
      remote: z.boolean().default(false),
      /**
       * Format of the weights for devices that only serve a version: float16 is half of the bytes, int8 a
       * quarter. Rounds always begin with float32.
       * @default 'float32'
       */
      weights: z.enum(['float32', 'float16', 'int8']).default('float32'),
      /**
       * N-grams that versions made from now on carry beside the model: the name of a query of the kind
       * `ngrams`, whose newest result is used, or the bytes of a file; null for none.
       * @default null
       */
      ngrams: z
        .custom<Uint8Array | string>(
          value => value instanceof Uint8Array || typeof value === 'string',
          'expected the name of a query of the kind ngrams, or the bytes of a file of n-grams',
        )
        .nullable()
        .default(null),
      /**
       * Transformer of requests to the inference server into tensors, and of the answers back; with null,
       * clients send tensors.
       * @default null
       */
      transformer: z
        .custom<Transformer>(
          isTransformer,
          'expected a transformer: an object with inputs, outputs, and the functions input and output',
        )
        .nullable()
        .default(null),
      /**
       * Inputs of one request as clients of the inference server send it; each version answers it before its
       * first request. Null uses zeros.
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
