import * as z from 'zod';

const share = z.number().min(0).max(1);
const label = z.int().min(0).max(1_000_000);

/** Behaviour of an adversary, as plain data. */
export const attack = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Sends its delta negated and multiplied by `scale` (Li et al. 2019, "RSA", §5: sign-flipping attack). */
  z.strictObject({ kind: z.literal('sign-flip'), scale: z.number().positive().max(1e6).default(1) }),
  /** Sends noise with standard deviation `deviation` per coordinate (Li et al. 2019, §5: Gaussian attack). */
  z.strictObject({ kind: z.literal('noise'), deviation: z.number().positive().max(1e6).default(1) }),
  /** Trains on flipped labels: l becomes classes − 1 − l (Fang et al. 2020, §V.A). */
  z.strictObject({ kind: z.literal('label-flip') }),
  /**
   * Trains on some examples with a trigger and the label `target`, and multiplies its delta by `scale`. A
   * scale equal to the number of devices of a round replaces the model (Bagdasaryan et al. 2020, §4.2,
   * equation 3).
   */
  z.strictObject({
    kind: z.literal('backdoor'),
    /** Label that the backdoored model should give to examples with the trigger. */
    target: label.default(0),
    /** Share of the adversary's examples that get the trigger. */
    poisoned: share.default(0.5),
    scale: z.number().positive().max(1e6).default(1),
  }),
  /** Multiplies its delta by `scale`; trains on its examples unchanged. */
  z.strictObject({ kind: z.literal('model-replacement'), scale: z.number().positive().max(1e6).default(10) }),
  /**
   * Sends its own random direction of L2 norm `length`, the same in each round, for an audit to find in the
   * released model.
   */
  z.strictObject({ kind: z.literal('canary'), length: z.number().positive().max(1e6).default(1) }),
]);
export type Attack = z.output<typeof attack>;

/** Share of devices that are adversaries, and their attack. The seed draws them once for the whole run. */
export const adversarySettings = z
  .strictObject({
    share: share.default(0),
    attack: attack.prefault({ kind: 'none' }),
  })
  .prefault({});
export type AdversarySettings = z.output<typeof adversarySettings>;
