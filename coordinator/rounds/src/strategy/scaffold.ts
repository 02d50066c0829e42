import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { roundMark } from '@murmuration/protocol/weights/control';
import type { SumStrategy } from './strategy.ts';

export interface ScaffoldSettings {
  /**
   * N, devices that take part in the task, from the first round to the last: each of them keeps a part of c.
   */
  readonly population: number;
  /** η of the server; 1 by default. */
  readonly serverLearningRate?: number;
  /**
   * Largest L2 norm of the change of a device's control variate, about that of a gradient: the larger, the
   * coarser its rounding. By default `plan.gradientClip`, or `update.clip` / (`plan.learningRate` ×
   * `plan.epochs`).
   */
  readonly controlClip?: number;
}

type Variate = {
  /** c. */
  readonly control: Float32Array;
  /** Numbers of the newest rounds whose changes are in c, newest first, then zeros. */
  readonly rounds: Float32Array;
  /** Mark of the first one; −1 before it. */
  readonly origin: number;
};

const maxNamed = 64;

/**
 * SCAFFOLD (Karimireddy et al. 2020, Algorithm 1, option II): devices that differ drift apart while they
 * train; each step is corrected by c − cᵢ, the gradients of all and of this device. x ← x + η mean(Δy), c ← c
 * + |S|/N mean(Δc). The devices keep cᵢ, and send its change in the same sum as the update, so that masks
 * hide both. Throws `config.invalid` for settings out of range.
 */
export function scaffold({
  population,
  serverLearningRate = 1,
  controlClip,
}: ScaffoldSettings): SumStrategy<Variate> {
  if (!(Number.isSafeInteger(population) && population >= 1))
    throw new MurmurationError(
      'config.invalid',
      `scaffold: population is the number of devices that take part, 1 or more; found ${population}.`,
    );
  if (!(serverLearningRate > 0 && serverLearningRate < Infinity))
    throw new MurmurationError(
      'config.invalid',
      `scaffold: serverLearningRate is above 0; found ${serverLearningRate}.`,
    );
  if (controlClip !== undefined && !(controlClip > 0 && controlClip <= 1e6))
    throw new MurmurationError(
      'config.invalid',
      `scaffold: controlClip is above 0, up to 1,000,000; found ${controlClip}.`,
    );
  return {
    name: 'scaffold',
    consumes: 'sum',
    population,
    init: count => ({ control: new Float32Array(count), rounds: new Float32Array(maxNamed), origin: -1 }),
    control: ({ control, rounds, origin }) => ({
      values: control,
      ...(controlClip !== undefined && { clip: controlClip }),
      ...(origin >= 0 && { origin }),
      rounds: [...rounds].filter(number => number > 0),
    }),
    apply(state, model, { delta, control: change }, contributors = 0, round) {
      const next = new Float32Array(model.length);
      for (let i = 0; i < next.length; i++) next[i] = model[i]! + serverLearningRate * delta[i]!;
      if (!change || !round) return { state, model: next };
      const share = Math.min(1, contributors / population);
      const control = new Float32Array(model.length);
      for (let i = 0; i < control.length; i++) control[i] = state.control[i]! + share * change[i]!;
      const rounds = Float32Array.of(round.number, ...state.rounds.subarray(0, maxNamed - 1));
      return {
        state: { control, rounds, origin: state.origin < 0 ? roundMark(round.id) : state.origin },
        model: next,
      };
    },
  };
}
