import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { inOwnOrder, squaredDistance, stepAlong } from './distances.ts';
import { middle } from './median.ts';
import type { EachStrategy } from './strategy.ts';

export interface CentredClippingSettings {
  /** Step along the centre; 1 by default. */
  readonly serverLearningRate?: number;
  /**
   * τ, largest L2 distance from the centre with which an update counts. By default it is the median of the
   * distances of each pass, which fewer than half of the devices can't move beyond what the others sent.
   */
  readonly radius?: number;
  /** Passes over the updates of a round; 3 by default. */
  readonly passes?: number;
}

type Centre = { readonly centre: Float32Array };

/**
 * Centred clipping (Karimireddy, He & Jaggi 2021, Algorithm 2): v ← v + mean of (Δ − v) · min(1, τ/‖Δ − v‖),
 * beginning at the centre of the round before, so that an attacker would have to be wrong for many rounds in
 * small steps. Every device counts alike. Throws `config.invalid` for settings out of range.
 */
export function centredClipping({
  serverLearningRate = 1,
  radius,
  passes = 3,
}: CentredClippingSettings = {}): EachStrategy<Centre> {
  if (radius !== undefined && !(radius > 0 && radius < Infinity))
    throw new MurmurationError('config.invalid', `centredClipping: radius is above 0; found ${radius}.`);
  if (!(Number.isSafeInteger(passes) && passes >= 1))
    throw new MurmurationError(
      'config.invalid',
      `centredClipping: passes is a whole number, 1 or more; found ${passes}.`,
    );
  return {
    name: 'centredClipping',
    consumes: 'each',
    init: count => ({ centre: new Float32Array(count) }),
    apply(state, model, updates) {
      const deltas = inOwnOrder(updates).map(({ delta }) => delta);
      let centre = Float64Array.from(state.centre);
      for (let pass = 0; pass < passes; pass++) {
        const distances = Float32Array.from(deltas, delta => Math.sqrt(squaredDistance(delta, centre)));
        const within = radius ?? middle(distances.toSorted());
        const next = Float64Array.from(centre);
        for (const [i, delta] of deltas.entries()) {
          const share = Math.min(1, distances[i]! > 0 ? within / distances[i]! : 1) / deltas.length;
          for (let k = 0; k < next.length; k++) next[k] = next[k]! + share * (delta[k]! - centre[k]!);
        }
        centre = next;
      }
      return {
        state: { centre: Float32Array.from(centre) },
        model: stepAlong(model, centre, serverLearningRate),
      };
    },
  };
}
