import type { SumStrategy } from './strategy.ts';

export interface FedAdamSettings {
  /** η; 0.01 by default. */
  readonly serverLearningRate?: number;
  /** β₁, decay of the first moment; 0.9 by default. */
  readonly beta1?: number;
  /** β₂, decay of the second moment; 0.99 by default. */
  readonly beta2?: number;
  /** τ, degree of adaptivity, added to the root of the second moment; 0.001 by default. */
  readonly tau?: number;
  /**
   * True if both moments are corrected for their start, as in Adam of TensorFlow Federated (Kingma & Ba 2015,
   * §2: the rate of step t times √(1 − β₂ᵗ) / (1 − β₁ᵗ)); true by default. Without it the algorithm is that
   * of Reddi et al., whose first steps are shorter.
   */
  readonly biasCorrection?: boolean;
  /**
   * Weight of the updates from which a round takes full steps; 0, the default, gives every round full steps.
   * The mean of fewer updates is noisier, and Adam's steps don't get shorter for that. So a round whose
   * updates weigh κ of it, κ < 1, counts as κ of a step, by the square root scaling rule (Malladi et al.
   * 2022, "On the SDEs and Scaling Rules for Adaptive Gradient Algorithms"): η√κ, β₁^κ, β₂^κ, τ/√κ.
   */
  readonly fullWeight?: number;
}

type Moments = { readonly step: number; readonly first: Float32Array; readonly second: Float32Array };

/**
 * FedAdam (Reddi et al. 2021, Algorithm 2): m ← β₁m + (1 − β₁)Δ, v ← β₂v + (1 − β₂)Δ², x ← x + ηm/(√v + τ).
 * The second moment begins at zero if it is corrected for that, and otherwise at τ², the least that the paper
 * allows.
 */
export function fedAdam({
  serverLearningRate = 0.01,
  beta1 = 0.9,
  beta2 = 0.99,
  tau = 0.001,
  biasCorrection = true,
  fullWeight = 0,
}: FedAdamSettings = {}): SumStrategy<Moments> {
  const rateOf = (step: number): number =>
    biasCorrection
      ? (serverLearningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step)
      : serverLearningRate;
  return {
    name: 'fedAdam',
    consumes: 'sum',
    init: count => ({
      step: 0,
      first: new Float32Array(count),
      second: new Float32Array(count).fill(biasCorrection ? 0 : tau * tau),
    }),
    apply(state, model, { delta, weight }) {
      const part = weight < fullWeight ? weight / fullWeight : 1;
      const step = state.step + part;
      const [decay1, decay2] = [beta1 ** part, beta2 ** part];
      const least = tau / Math.sqrt(part);
      const first = new Float32Array(model.length);
      const second = new Float32Array(model.length);
      const next = new Float32Array(model.length);
      const rate = rateOf(step) * Math.sqrt(part);
      for (let i = 0; i < next.length; i++) {
        const m = decay1 * state.first[i]! + (1 - decay1) * delta[i]!;
        const v = decay2 * state.second[i]! + (1 - decay2) * delta[i]! * delta[i]!;
        first[i] = m;
        second[i] = v;
        next[i] = model[i]! + (rate * m) / (Math.sqrt(v) + least);
      }
      return { state: { step, first, second }, model: next };
    },
  };
}
