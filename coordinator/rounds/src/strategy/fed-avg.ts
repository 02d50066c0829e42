import type { SumStrategy } from './strategy.ts';

export interface FedAvgSettings {
  /** Step along the mean; 1 by default. */
  readonly serverLearningRate?: number;
}

/** Federated averaging (McMahan et al. 2017, Algorithm 1): the weighted mean of the devices' models. */
export function fedAvg({ serverLearningRate = 1 }: FedAvgSettings = {}): SumStrategy<Record<string, never>> {
  return {
    name: 'fedAvg',
    consumes: 'sum',
    init: () => ({}),
    apply(state, model, { delta }) {
      const next = new Float32Array(model.length);
      for (let i = 0; i < next.length; i++) next[i] = model[i]! + serverLearningRate * delta[i]!;
      return { state, model: next };
    },
  };
}
