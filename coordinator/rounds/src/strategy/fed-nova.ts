import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { inOwnOrder, stepAlong } from './distances.ts';
import type { EachStrategy } from './strategy.ts';

export interface FedNovaSettings {
  /** Value of `plan.epochs` of the task; 1 by default. */
  readonly epochs?: number;
  /** Value of `plan.batchSize` of the task; 16 by default. */
  readonly batchSize?: number;
  /**
   * Examples in one unit of an update's weight: `plan.maxExamples` / `update.weightCap` of the task. 1 by
   * default, for tasks in which both are equal and weights are numbers of examples.
   */
  readonly examplesPerWeight?: number;
}

/**
 * FedNova (Wang et al. 2020, equation 7, for plain gradient descent): divides each update by the steps τ that
 * led to it, so that devices with more steps do not pull the model towards their own optimum. The step is τ̄
 * Σ p Δ/τ with τ̄ = Σ p τ, p the shares of the weights. A device's steps follow from its examples, and these
 * from its weight, so it takes single updates weighted by examples. Throws `config.invalid` for settings out
 * of range.
 */
export function fedNova({
  epochs = 1,
  batchSize = 16,
  examplesPerWeight = 1,
}: FedNovaSettings = {}): EachStrategy<Record<string, never>> {
  for (const [name, value] of Object.entries({ epochs, batchSize, examplesPerWeight }))
    if (!(value > 0 && value < Infinity))
      throw new MurmurationError('config.invalid', `fedNova: ${name} is above 0; found ${value}.`);
  const stepsOf = (weight: number): number =>
    epochs * Math.max(1, Math.ceil((weight * examplesPerWeight) / batchSize - 1e-9));
  return {
    name: 'fedNova',
    consumes: 'each',
    init: () => ({}),
    apply(state, model, updates) {
      const ordered = inOwnOrder(updates);
      const all = ordered.reduce((sum, { weight }) => sum + weight, 0);
      const direction = new Float64Array(model.length);
      let effective = 0;
      for (const { delta, weight } of ordered) {
        const steps = stepsOf(weight);
        const share = weight / all;
        effective += share * steps;
        for (let i = 0; i < direction.length; i++) direction[i] = direction[i]! + (share / steps) * delta[i]!;
      }
      return { state, model: stepAlong(model, direction, effective) };
    },
  };
}
