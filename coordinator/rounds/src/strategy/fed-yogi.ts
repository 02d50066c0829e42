import type { SumStrategy } from './strategy.ts';

export interface FedYogiSettings {
  /** η; 0.01 by default. */
  readonly serverLearningRate?: number;
  /** β₁, decay of the first moment; 0.9 by default. */
  readonly beta1?: number;
  /** β₂, speed at which the second moment follows; 0.99 by default. */
  readonly beta2?: number;
  /** τ, degree of adaptivity, added to the root of the second moment; 0.001 by default. */
  readonly tau?: number;
  /**
   * True if both moments are corrected for their start, as in Yogi of TensorFlow Federated (Kingma & Ba 2015,
   * §2); false by default: the algorithm as printed.
   */
  readonly biasCorrection?: boolean;
}

type Moments = { readonly step: number; readonly first: Float32Array; readonly second: Float32Array };

/**
 * FedYogi (Reddi et al. 2021, Algorithm 2): as FedAdam, but v ← v − (1 − β₂)Δ² sign(v − Δ²), so that steps do
 * not suddenly grow after devices have learned little for a while. The second moment begins at τ², or at zero
 * if it is corrected for that.
 */
export function fedYogi({
  serverLearningRate = 0.01,
  beta1 = 0.9,
  beta2 = 0.99,
  tau = 0.001,
  biasCorrection = false,
}: FedYogiSettings = {}): SumStrategy<Moments> {
  const rateOf = (step: number): number =>
    biasCorrection
      ? (serverLearningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step)
      : serverLearningRate;
  return {
    name: 'fedYogi',
    consumes: 'sum',
    init: count => ({
      step: 0,
      first: new Float32Array(count),
      second: new Float32Array(count).fill(biasCorrection ? 0 : tau * tau),
    }),
    apply(state, model, { delta }) {
      const step = state.step + 1;
      const rate = rateOf(step);
      const first = new Float32Array(model.length);
      const second = new Float32Array(model.length);
      const next = new Float32Array(model.length);
      for (let i = 0; i < next.length; i++) {
        const square = delta[i]! * delta[i]!;
        const m = beta1 * state.first[i]! + (1 - beta1) * delta[i]!;
        const v = state.second[i]! - (1 - beta2) * square * Math.sign(state.second[i]! - square);
        first[i] = m;
        second[i] = v;
        next[i] = model[i]! + (rate * m) / (Math.sqrt(v) + tau);
      }
      return { state: { step, first, second }, model: next };
    },
  };
}
