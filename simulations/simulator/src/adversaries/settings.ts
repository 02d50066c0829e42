import * as z from 'zod';

const share = z.number().min(0).max(1);
const label = z.int().min(0).max(1_000_000);

/** What an adversary does, as plain data. */
export const attack = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Sends its delta with the sign reversed, so many times as long (Li et al. 2019, "RSA", §5: sign-flipping attack). */
  z.strictObject({ kind: z.literal('sign-flip'), scale: z.number().positive().max(1e6).default(1) }),
  /** Sends noise instead of its delta (Li et al. 2019, §5: Gaussian attack); `deviation` of each coordinate. */
  z.strictObject({ kind: z.literal('noise'), deviation: z.number().positive().max(1e6).default(1) }),
  /** Trains on labels turned into others: l becomes classes − 1 − l (Fang et al. 2020, §V.A). */
  z.strictObject({ kind: z.literal('label-flip') }),
  /**
   * Trains on part of its examples with a trigger and the label that this is to call forth, and sends its delta `scale` times as long:
   * with the number of devices of a round as the scale, it replaces the model (Bagdasaryan et al. 2020, §4.2, equation 3).
   */
  z.strictObject({
    kind: z.literal('backdoor'),
    /** What an example with the trigger is to be taken for. */
    target: label.default(0),
    /** Share of the adversary's examples that get the trigger. */
    poisoned: share.default(0.5),
    scale: z.number().positive().max(1e6).default(1),
  }),
  /** Sends its delta so many times as long: the same, for what it learned from its examples as they are. */
  z.strictObject({ kind: z.literal('model-replacement'), scale: z.number().positive().max(1e6).default(10) }),
  /** Sends a direction of its own, the same in each round, so that an audit finds it in what is released; `length` is its L2 norm. */
  z.strictObject({ kind: z.literal('canary'), length: z.number().positive().max(1e6).default(1) }),
]);
export type Attack = z.output<typeof attack>;

/** Devices that do not do what they should: a share of all, the same ones throughout a run, drawn by the seed. */
export const adversarySettings = z
  .strictObject({
    share: share.default(0),
    attack: attack.prefault({ kind: 'none' }),
  })
  .prefault({});
export type AdversarySettings = z.output<typeof adversarySettings>;
