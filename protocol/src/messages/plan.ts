import * as z from 'zod/mini';
import { MurmurationError } from '../errors/errors.ts';
import { whyUnfit } from '../errors/misfits.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { bytesUpTo, duration, modelHash, positive, taskName, text, whole } from './scalars.ts';

const fraction = z.number().check(z.gte(0), z.lt(1));

/** Training settings of a device. */
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
  /** Maximum examples used; a device that has more draws them at random. */
  maxExamples: whole(1, 1_000_000),
  /**
   * Seed of shuffles and draws, together with the round's number: equal seeds and examples give equal
   * updates.
   */
  seed: whole(0, 2 ** 31 - 1),
  /**
   * Sampled softmax in training: `negatives` other classes in each step instead of all; `null` or left out:
   * the full softmax.
   */
  sampledSoftmax: z.optional(z.nullable(z.strictObject({ negatives: whole(1, 1_000_000) }))),
  /**
   * Optimizer, which turns gradients into steps (SPEC.md, RD24); left out: each step is its gradient times
   * the learning rate.
   */
  optimizer: z.optional(
    z.strictObject({
      /** Stochastic gradient descent with momentum or Nesterov momentum, or Adam. */
      kind: z.enum(['momentum', 'nesterov', 'adam']),
      /** Decay of the mean gradient from one step to the next; β₁ of Adam. */
      momentum: fraction,
      /** β₂ of Adam: decay of the mean squared gradient; 0.999 if left out. */
      squares: z.optional(fraction),
      /** ε of Adam; 10⁻⁷ if left out. */
      epsilon: z.optional(positive(1)),
    }),
  ),
  /** Weights devices with a larger loss more (SPEC.md, RD20); left out if that changes nothing. */
  fairness: z.optional(
    z.strictObject({
      /** Power of the loss; a larger one weights them more. */
      q: positive(20),
      /** Lipschitz constant L of a device's gradient; 1 / learning rate as a rule. */
      lipschitz: positive(1e6),
      /** Power of the loss that a weight of 1 stands for. */
      unit: positive(1e6),
    }),
  ),
});
export type TrainingSettings = z.infer<typeof trainingSettings>;
export type Fairness = NonNullable<TrainingSettings['fairness']>;

/** Settings for clipping, quantising and compressing a device's delta before it is sent. */
export const updateSettings = z.strictObject({
  /**
   * `ring`: quantised integers whose sum does not depend on the order; `float32`: for strategies that need
   * single updates.
   */
  kind: z.enum(['ring', 'float32']),
  /** Longest L2 norm of the delta. */
  clip: positive(1e6),
  /** Clips each layer to an equal share of it (SPEC.md, UP16); left out if only the whole is clipped. */
  perLayer: z.optional(z.literal(true)),
  /** Bits of a quantised value. */
  bits: whole(2, 24),
  /**
   * `examples`: weights from `leastWeight` to `weightCap`, in proportion to the examples used of
   * `maxExamples`; `uniform`: all 1.
   */
  weighting: z.enum(['examples', 'uniform']),
  weightCap: whole(1, 65_536),
  /** Smallest weight, at most `weightCap`; 1 if left out, as under `uniform` weights. */
  leastWeight: z.optional(whole(1, 65_536)),
  /** Sends only some of the values (SPEC.md, UP13); left out if all are sent. */
  compression: z.optional(
    z.strictObject({
      /**
       * Values to send: those of the largest magnitude, those that the device draws, or those that the round
       * draws for all devices.
       */
      kind: z.enum(['topK', 'randomK', 'randomMask']),
      /** Fraction of the values that is sent. */
      fraction: positive(1),
      /**
       * True if a device keeps the values it did not send and adds them to its next update; else the mean is
       * scaled to make up for the values that were not sent.
       */
      feedback: z.boolean(),
    }),
  ),
  /**
   * Each update says in one more element if its delta was within the clip (SPEC.md, UP15); left out if none
   * does.
   */
  within: z.optional(z.literal(true)),
});
export type Compression = NonNullable<z.infer<typeof updateSettings>['compression']>;
export type UpdateSettings = z.infer<typeof updateSettings>;

/** Threats that the masks of secure aggregation must withstand (SPEC.md, SA2). */
export const maskingSettings = z.strictObject({
  threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']),
  /** Fraction of the devices that may collude with the coordinator. */
  corrupt: fraction,
  /** Fraction of the devices whose update may get lost after the graph is drawn. */
  dropping: fraction,
  /**
   * `sparse`: as few neighbours as the threats allow, and all others below 50 devices; `complete`: always all
   * others.
   */
  graph: z.enum(['sparse', 'complete']),
});
export type MaskingSettings = z.infer<typeof maskingSettings>;

/** Noise that each device adds to its update before it masks it (SPEC.md, RD17). */
export const planNoise = z.strictObject({
  kind: z.enum(['skellam', 'discreteGaussian']),
  /** Variance of one device's noise in each value, in squared units of the ring. */
  variance: positive(2 ** 52),
  /** Minimum updates for a sum to be opened. */
  quorum: whole(1, 1_000_000),
  /** Values of an update. */
  values: whole(1, 2 ** 31),
  /** Bits of the ring: sums with their noise fit in it. */
  width: whole(2, 32),
});
export type PlanNoise = z.infer<typeof planNoise>;

/** Limits on a device's participation that keep the ε of its task's privacy budget (SPEC.md, RD15). */
export const planPrivacy = z.strictObject({
  /** Id of the budget. */
  budget: text(64).check(z.minLength(1)),
  /** Versions released from the budget so far. */
  step: whole(0, 1_000_000),
  /** Minimum steps from one participation of a device to its next; 1: it may take part in every step. */
  separation: whole(1, 1_000_000),
  /** Maximum participations of a device. */
  participations: whole(1, 1_000_000),
  /**
   * Privacy loss (ε, δ) of a device once the budget is spent. If the coordinator adds the noise, no device
   * can check it.
   */
  epsilon: positive(1e6),
  delta: positive(1),
  /** Left out if the coordinator adds the noise. */
  noise: z.optional(planNoise),
});
export type PlanPrivacy = z.infer<typeof planPrivacy>;

/**
 * Control variates (SCAFFOLD): the correction of devices' steps, and the changes that they return (SPEC.md,
 * RD21).
 */
export const planControl = z.strictObject({
  /** SHA-256 of the file with c, for the version to train from. */
  file: modelHash,
  /** Longest L2 norm of the change of a device's own control variate. */
  clip: positive(1e6),
  /** Mark of the first round whose changes are in c; left out if there was none. */
  origin: z.optional(whole(0, 2 ** 24 - 1)),
  /** Numbers of the newest rounds whose changes are in c. */
  rounds: z.array(whole(1, 2 ** 24)).check(z.maxLength(64)),
});
export type PlanControl = z.infer<typeof planControl>;

/** Names of layers whose weights stay on the device: each has all tensors called `NAME/…`. */
const privateLayers = z.array(text(256).check(z.minLength(1))).check(z.minLength(1), z.maxLength(256));

/** Names of layers that no device trains: each has all tensors called `NAME/…`. */
const frozenLayers = z.array(text(256).check(z.minLength(1))).check(z.minLength(1), z.maxLength(512));

/**
 * Maximum versions from which the updates of a masked buffer start: the oldest weigh an eighth of the newest.
 */
export const mostBases = 64;

/** Maximum bytes of a query; the rest of a plan fits beside it. */
export const longestQuery = 49_152;

/** Instructions to a device; `version` grows whenever an operator changes the task. */
export const plan = z.strictObject({
  task: taskName,
  version: whole(1, 2 ** 31),
  /** Version to train from. */
  model: modelHash,
  training: trainingSettings,
  update: updateSettings,
  /** `null`: updates are sent unmasked. */
  masking: z.nullable(maskingSettings),
  /** Maximum updates in the sum, which fixes the width of the ring. */
  largestCohort: whole(1, 1_000_000),
  /**
   * Minimum updates for a sum to be opened, of the cohort, or of a group or part of it (SPEC.md, RD26);
   * limits how far weights may differ. Left out if weights do not differ.
   */
  leastSum: z.optional(whole(1, 1_000_000)),
  /**
   * Milliseconds for which a masked round waits for disconnected devices, once it has enough and all others
   * have answered: the time within which a device should be back.
   */
  grace: duration,
  /**
   * Version about which masked updates bring the device's verdict, the same for the whole cohort; left out if
   * there is none to judge. Has no meaning for unmasked updates.
   */
  judged: z.optional(modelHash),
  /**
   * Milliseconds between the times at which updates may be sent, so that an upload does not show how long a
   * device trained (SPEC.md, UP12). Left out if updates are sent as soon as they are made.
   */
  uploadSlot: z.optional(duration),
  /** Left out if the task has no privacy budget. */
  privacy: z.optional(planPrivacy),
  /** Left out if steps are not corrected. */
  control: z.optional(planControl),
  /** Left out if all layers are shared. */
  privateLayers: z.optional(privateLayers),
  /** Layers of the model to train from that are not trainable; left out if there are none. */
  frozenLayers: z.optional(frozenLayers),
  /**
   * Query to devices (`queries/query.ts`), as bytes: their answers are in the sum, no device trains, and
   * `training` and `update` have no meaning. Left out if the round makes a model version.
   */
  query: z.optional(bytesUpTo(longestQuery)),
  /**
   * Only for an asynchronous task that masks (SPEC.md, RD22, RD23). Empty: the device trains, and keeps its
   * update. Else the round is a buffer: it adds up the updates that devices have kept, each times the weight
   * of the version that it was trained from, the newest first.
   */
  bases: z.optional(
    z.array(z.strictObject({ model: modelHash, weight: positive(1) })).check(z.maxLength(mostBases)),
  ),
});
export type Plan = z.infer<typeof plan>;

/** Maximum bytes of a plan. */
export const longestPlan = 65_536;

/**
 * Encodes a plan as one MessagePack value; equal plans give equal bytes. Throws `request.invalid` for an
 * invalid plan.
 */
export function writePlan(settings: Plan): Uint8Array {
  // The schema's output has its own field order.
  const { success, data } = z.safeParse(plan, settings, { jitless: true });
  if (!success) throw new MurmurationError('request.invalid', whyUnfit(plan, settings, 'The plan'));
  return encodeFrame(data);
}

/** Reads the bytes of a plan; throws `protocol.frame` or `request.invalid`. */
export function readPlan(bytes: Uint8Array): Plan {
  return decodeFrame(bytes, plan, longestPlan);
}
