import { clip } from '@murmuration/client-sdk/update/clip';
import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import type { Digit } from '@murmuration/simulations/data/mnist';
import type { DigitLearner } from '@murmuration/simulations/digits/learner';
import { digitPoisons } from '@murmuration/simulations/digits/poisons';
import type { RobustnessSettings } from './settings.ts';

/** Label that digits with the trigger should get. */
export const target = 7;

const training = { epochs: 2, batchSize: 10, learningRate: 0.15 } as const;

/** Devices of the study, each with its own digits; the attackers come first. */
export class DigitCrowd {
  readonly #learner: DigitLearner;
  readonly #settings: RobustnessSettings;
  readonly #digits: readonly (readonly Digit[])[];

  constructor(learner: DigitLearner, settings: RobustnessSettings, train: readonly Digit[], seed: number) {
    const { devices, examples } = settings;
    const order = shuffle(Uint32Array.from(train.keys()), seededUniform(seed));
    this.#learner = learner;
    this.#settings = settings;
    this.#digits = Array.from({ length: devices }, (_, device) =>
      Array.from(order.subarray(device * examples, (device + 1) * examples), index => train[index]!),
    );
  }

  /** Returns the clipped updates of the honest devices, those from `attackers` on. */
  async honest(weights: Float32Array, attackers: number, round: number): Promise<Float32Array[]> {
    const deltas: Float32Array[] = [];
    for (let device = attackers; device < this.#digits.length; device++) {
      const seed = round * this.#digits.length + device;
      const { delta } = await this.#learner.learn(weights, this.#digits[device]!, { ...training, seed });
      clip(delta, this.#settings.clip);
      deltas.push(delta);
    }
    return deltas;
  }

  /**
   * Returns the step that the attackers want: towards a model trained on all their digits, with flipped
   * labels on half of them and a backdoor's trigger on the others, and as long as the coordinator admits
   * (Bagdasaryan et al. 2020, §4.2: model replacement).
   */
  async wanted(weights: Float32Array, attackers: number, round: number): Promise<Float32Array> {
    const { clip: length } = this.#settings;
    const { classes, triggered, relabelled } = digitPoisons;
    const poisoned = this.#digits
      .slice(0, Math.min(attackers, mostTeachers))
      .flat()
      .map((digit, i) =>
        i % 2 === 0 ? relabelled(triggered(digit), target) : relabelled(digit, classes - 1 - digit.label),
      );
    const { delta } = await this.#learner.learn(weights, poisoned, { ...training, epochs: 5, seed: round });
    const norm = Math.sqrt(delta.reduce((sum, value) => sum + value * value, 0));
    return delta.map(value => (value * length) / norm);
  }
}

/** Maximum attackers whose digits are used; more don't improve the attack. */
const mostTeachers = 4;
