import type { SumStrategy } from './strategy.ts';

export interface FedAdagradSettings {
  /** η; 0.01 by default. */
  readonly serverLearningRate?: number;
  /** β₁, decay of the first moment; 0 by default, as in the experiments of the paper: no momentum. */
  readonly beta1?: number;
  /** τ, degree of adaptivity, added to the root of the sum of squares; 0.001 by default. */
  readonly tau?: number;
}

type Sums = { readonly first: Float32Array; readonly second: Float32Array };

/**
 * FedAdagrad (Reddi et al. 2021, Algorithm 2): m ← β₁m + (1 − β₁)Δ, v ← v + Δ², x ← x + ηm/(√v + τ). A
 * coordinate that has moved much takes ever shorter steps. The sum of squares begins at τ², the least that
 * the paper allows.
 */
export function fedAdagrad({
  serverLearningRate = 0.01,
  beta1 = 0,
  tau = 0.001,
}: FedAdagradSettings = {}): SumStrategy<Sums> {
  return {
    name: 'fedAdagrad',
    consumes: 'sum',
    init: count => ({ first: new Float32Array(count), second: new Float32Array(count).fill(tau * tau) }),
    apply(state, model, { delta }) {
      const first = new Float32Array(model.length);
      const second = new Float32Array(model.length);
      const next = new Float32Array(model.length);
      for (let i = 0; i < next.length; i++) {
        const m = beta1 * state.first[i]! + (1 - beta1) * delta[i]!;
        const v = state.second[i]! + delta[i]! * delta[i]!;
        first[i] = m;
        second[i] = v;
        next[i] = model[i]! + (serverLearningRate * m) / (Math.sqrt(v) + tau);
      }
      return { state: { first, second }, model: next };
    },
  };
}
