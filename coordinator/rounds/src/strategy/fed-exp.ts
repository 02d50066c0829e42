import { inOwnOrder, squaredDistance, stepAlong } from './distances.ts';
import type { EachStrategy } from './strategy.ts';

export interface FedExPSettings {
  /**
   * ε, added to the squared length of the mean, so that a mean of nearly nothing is not stretched without
   * end; 0.001 by default.
   */
  readonly epsilon?: number;
}

/**
 * FedExP (Jhunjhunwala, Wang & Joshi 2023, Algorithm 1): the more the devices' updates point apart, the
 * longer the step along their mean, η = max(1, Σ p ‖Δ‖² / (2 (‖Σ p Δ‖² + ε))), with p the shares of the
 * weights. It takes single updates, because it needs the length of each.
 */
export function fedExP({ epsilon = 0.001 }: FedExPSettings = {}): EachStrategy<Record<string, never>> {
  return {
    name: 'fedExP',
    consumes: 'each',
    init: () => ({}),
    apply(state, model, updates) {
      const ordered = inOwnOrder(updates);
      const zero = new Float32Array(model.length);
      const mean = new Float64Array(model.length);
      const all = ordered.reduce((sum, { weight }) => sum + weight, 0);
      let squares = 0;
      for (const { delta, weight } of ordered) {
        const share = weight / all;
        squares += share * squaredDistance(delta, zero);
        for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + share * delta[i]!;
      }
      const rate = Math.max(1, squares / (2 * (squaredDistance(mean, zero) + epsilon)));
      return { state, model: stepAlong(model, mean, rate) };
    },
  };
}
