import * as z from 'zod/mini';
import { MurmurationError } from '../errors/errors.ts';
import { whyUnfit } from '../errors/misfits.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { bytesUpTo, duration, modelHash, positive, taskName, text, whole } from './scalars.ts';

const fraction = z.number().check(z.gte(0), z.lt(1));

/** How a device trains. */
export const trainingSettings = z.strictObject({
  /** Passes over the device's examples. */
  epochs: whole(1, 100),
  /** Examples in one step of gradient descent. */
  batchSize: whole(1, 4_096),
  learningRate: positive(1_000),
  /** Strength μ of the pull towards the global model; 0 is FedAvg (FedProx: Li et al. 2020, §3.2). */
  proximal: z.number().check(z.gte(0), z.lte(1_000)),
  /** Longest L2 norm of the gradient of one step; `null` leaves gradients as they are. */
  gradientClip: z.nullable(positive(1e6)),
  /** Examples used at most; a device that has more draws them at random. */
  maxExamples: whole(1, 1_000_000),
  /** With the number of the round, the seed of shuffles and draws: equal seeds and examples give equal updates. */
  seed: whole(0, 2 ** 31 - 1),
  /** Sampled softmax in training: so many other classes a step instead of all; `null`, as where it is left out: the full softmax. */
  sampledSoftmax: z.optional(z.nullable(z.strictObject({ negatives: whole(1, 1_000_000) }))),
  /** How gradients become steps (SPEC.md, RD24); left out: each step is its gradient times the learning rate. */
  optimizer: z.optional(
    z.strictObject({
      /** Stochastic gradient descent with momentum, or with that of Nesterov, or Adam. */
      kind: z.enum(['momentum', 'nesterov', 'adam']),
      /** What stays of the mean gradient from one step to the next; β₁ of Adam. */
      momentum: fraction,
      /** β₂ of Adam: what stays of the mean squared gradient; 0.999 where it is left out. */
      squares: z.optional(fraction),
      /** ε of Adam; 10⁻⁷ where it is left out. */
      epsilon: z.optional(positive(1)),
    }),
  ),
  /** Devices on whose examples the model does worse count for more (SPEC.md, RD20); left out where that changes nothing. */
  fairness: z.optional(
    z.strictObject({
      /** How much more: the power of the loss. */
      q: positive(20),
      /** L, the steepest that a device's gradient changes; 1 / learning rate as a rule. */
      lipschitz: positive(1e6),
      /** The power of the loss that a weight of 1 stands for. */
      unit: positive(1e6),
    }),
  ),
});
export type TrainingSettings = z.infer<typeof trainingSettings>;
export type Fairness = NonNullable<TrainingSettings['fairness']>;

/** What becomes of a device's delta before it leaves. */
export const updateSettings = z.strictObject({
  /** `ring`: quantised integers whose sum depends on no order; `float32`: for strategies that need single updates. */
  kind: z.enum(['ring', 'float32']),
  /** Longest L2 norm of the delta. */
  clip: positive(1e6),
  /** Each layer is scaled to an equal share of it (SPEC.md, UP16); left out where only the whole is. */
  perLayer: z.optional(z.literal(true)),
  /** Bits of a quantised value. */
  bits: whole(2, 24),
  /** `examples`: weights from `leastWeight` to `weightCap` in proportion to the examples used of `maxExamples`; `uniform`: all 1. */
  weighting: z.enum(['examples', 'uniform']),
  weightCap: whole(1, 65_536),
  /** The smallest weight, at most `weightCap`; 1 where it is left out, as under `uniform` weights. */
  leastWeight: z.optional(whole(1, 65_536)),
  /** Only some of the values are sent (SPEC.md, UP13); left out where all are. */
  compression: z.optional(
    z.strictObject({
      /** Those of the largest magnitude, those that the device draws, or those that the round draws for all of them. */
      kind: z.enum(['topK', 'randomK', 'randomMask']),
      /** The share of the values that is sent. */
      fraction: positive(1),
      /** Whether a device keeps what it did not send, and adds it to its next update; else what is sent counts for the rest. */
      feedback: z.boolean(),
    }),
  ),
  /** Each update says in one more element whether its delta was within the clip (SPEC.md, UP15); left out where none does. */
  within: z.optional(z.literal(true)),
});
export type Compression = NonNullable<z.infer<typeof updateSettings>['compression']>;
export type UpdateSettings = z.infer<typeof updateSettings>;

/** What the masks of secure aggregation must withstand (SPEC.md, SA2). */
export const maskingSettings = z.strictObject({
  threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']),
  /** Fraction of the devices that may work with the coordinator. */
  corrupt: fraction,
  /** Fraction of the devices whose update may get lost after the graph is drawn. */
  dropping: fraction,
  /** `sparse`: as few neighbours as that takes, all others below 50 devices; `complete`: always all others. */
  graph: z.enum(['sparse', 'complete']),
});
export type MaskingSettings = z.infer<typeof maskingSettings>;

/** Noise that each device adds to its update before it masks it (SPEC.md, RD17). */
export const planNoise = z.strictObject({
  kind: z.enum(['skellam', 'discreteGaussian']),
  /** Variance of what one device adds to each value, in squared units of the ring. */
  variance: positive(2 ** 52),
  /** Updates without which no sum is opened. */
  quorum: whole(1, 1_000_000),
  /** Values of an update. */
  values: whole(1, 2 ** 31),
  /** Bits of the ring: sums with their noise have room in it. */
  width: whole(2, 32),
});
export type PlanNoise = z.infer<typeof planNoise>;

/** How often a device may take part, so that the ε of its task's privacy budget holds (SPEC.md, RD15). */
export const planPrivacy = z.strictObject({
  /** The id of the budget. */
  budget: text(64).check(z.minLength(1)),
  /** Versions that were released from the budget so far. */
  step: whole(0, 1_000_000),
  /** Steps from one part of a device to its next, at least; 1: it may take part in every one. */
  separation: whole(1, 1_000_000),
  /** Parts that a device takes at most. */
  participations: whole(1, 1_000_000),
  /** What a device may have lost once the budget is spent: (ε, δ). Where the coordinator adds the noise, no device can check it. */
  epsilon: positive(1e6),
  delta: positive(1),
  /** Left out where the coordinator adds the noise. */
  noise: z.optional(planNoise),
});
export type PlanPrivacy = z.infer<typeof planPrivacy>;

/** Control variates (SCAFFOLD): what corrects the steps of devices, and what comes back of it (SPEC.md, RD21). */
export const planControl = z.strictObject({
  /** SHA-256 of the file with c, that of the version to train from. */
  file: modelHash,
  /** Longest L2 norm of the change of a device's own. */
  clip: positive(1e6),
  /** The mark of the first round whose changes are in c; left out where there was none. */
  origin: z.optional(whole(0, 2 ** 24 - 1)),
  /** Numbers of the newest rounds whose changes are in c. */
  rounds: z.array(whole(1, 2 ** 24)).check(z.maxLength(64)),
});
export type PlanControl = z.infer<typeof planControl>;

/** Names of layers whose weights stay on the device: each has all tensors called `NAME/…`. */
const privateLayers = z.array(text(256).check(z.minLength(1))).check(z.minLength(1), z.maxLength(256));

/** Names of layers that no device trains: each has all tensors called `NAME/…`. */
const frozenLayers = z.array(text(256).check(z.minLength(1))).check(z.minLength(1), z.maxLength(512));

/** Versions from which the updates of a masked buffer start, at most: the oldest weigh an eighth of the newest. */
export const mostBases = 64;

/** Longest query, bytes: a plan has room for it besides. */
export const longestQuery = 49_152;

/** What a device is told to do; `version` grows whenever an operator changes the task. */
export const plan = z.strictObject({
  task: taskName,
  version: whole(1, 2 ** 31),
  /** The version to train from. */
  model: modelHash,
  training: trainingSettings,
  update: updateSettings,
  /** `null`: updates are sent as they are. */
  masking: z.nullable(maskingSettings),
  /** The largest number of updates in the sum, which fixes the width of the ring. */
  largestCohort: whole(1, 1_000_000),
  /**
   * Updates without which no sum is opened, of the cohort, or of a group or part of it (SPEC.md, RD26): how far weights may differ follows from
   * it. Left out where they do not.
   */
  leastSum: z.optional(whole(1, 1_000_000)),
  /**
   * How long a masked round waits for devices whose connection is gone, once it has enough and everybody else has answered, ms: the time
   * within which a device should be back.
   */
  grace: duration,
  /**
   * The version of which masked updates bring the device's verdict, the same for the whole cohort; left out where there is none to
   * judge, and without a meaning where updates are not masked.
   */
  judged: z.optional(modelHash),
  /**
   * ms from one time to send updates at to the next: how long a device trained shows in no upload (SPEC.md, UP12). Left out where
   * updates are sent as soon as they are made.
   */
  uploadSlot: z.optional(duration),
  /** Left out where the task has no privacy budget. */
  privacy: z.optional(planPrivacy),
  /** Left out where steps are not corrected. */
  control: z.optional(planControl),
  /** Left out where all layers are shared. */
  privateLayers: z.optional(privateLayers),
  /** Those of the model to train from that are not trainable; left out where all are. */
  frozenLayers: z.optional(frozenLayers),
  /**
   * What devices are asked (`queries/query.ts`), as bytes: their answers are in the sum, nobody trains, and `training` and `update` have no
   * meaning. Left out where the round makes a model version.
   */
  query: z.optional(bytesUpTo(longestQuery)),
  /**
   * Of an asynchronous task that masks (SPEC.md, RD22, RD23). Empty: the device trains, and keeps its update. Else the round is a buffer: it adds up
   * the updates that devices have kept, each times the weight of the version that it was trained from, the newest first.
   */
  bases: z.optional(
    z.array(z.strictObject({ model: modelHash, weight: positive(1) })).check(z.maxLength(mostBases)),
  ),
});
export type Plan = z.infer<typeof plan>;

/** Longest plan, bytes. */
export const longestPlan = 65_536;

/** The bytes of a plan (one MessagePack value), the same whenever it is written. Throws `request.invalid` for what is no plan. */
export function writePlan(settings: Plan): Uint8Array {
  // A schema gives the fields in its own order.
  const { success, data } = z.safeParse(plan, settings, { jitless: true });
  if (!success) throw new MurmurationError('request.invalid', whyUnfit(plan, settings, 'The plan'));
  return encodeFrame(data);
}

/** Reads the bytes of a plan; throws `protocol.frame` or `request.invalid`. */
export function readPlan(bytes: Uint8Array): Plan {
  return decodeFrame(bytes, plan, longestPlan);
}
