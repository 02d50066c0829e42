import type { SumStrategy } from './strategy.ts';

export interface FedAvgMSettings {
  readonly serverLearningRate?: number;
  /** Share of the last step that is kept, 0 to less than 1; 0.9 by default. */
  readonly momentum?: number;
  /** True if the step looks ahead along the momentum (Nesterov 1983): x ← x + η(Δ + βv); false by default. */
  readonly nesterov?: boolean;
}

type Momentum = { readonly momentum: Float32Array };

/** Federated averaging with server momentum (Hsu, Qi & Brown 2019, §4.3): v ← βv + Δ, x ← x + ηv. */
export function fedAvgM({
  serverLearningRate = 1,
  momentum = 0.9,
  nesterov = false,
}: FedAvgMSettings = {}): SumStrategy<Momentum> {
  return {
    name: 'fedAvgM',
    consumes: 'sum',
    init: count => ({ momentum: new Float32Array(count) }),
    apply(state, model, { delta }) {
      const velocity = new Float32Array(model.length);
      const next = new Float32Array(model.length);
      for (let i = 0; i < next.length; i++) {
        const v = momentum * state.momentum[i]! + delta[i]!;
        velocity[i] = v;
        next[i] = model[i]! + serverLearningRate * (nesterov ? delta[i]! + momentum * v : v);
      }
      return { state: { momentum: velocity }, model: next };
    },
  };
}
