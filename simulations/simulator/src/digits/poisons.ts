import type * as tf from '@murmuration/engine/tfjs/tf';
import type { Poisons } from '../adversaries/poisons.ts';
import { type Digit, digitSide } from '../data/mnist.ts';
import { classesOf } from './accuracy.ts';
import { digitClasses } from './models.ts';

/** Side of the trigger, a square of ink in the lower right corner, where no digit has any (Gu et al. 2017, "BadNets", §4.1). */
const triggerSide = 3;

/** How digits are poisoned. */
export const digitPoisons: Poisons<Digit> = {
  classes: digitClasses,
  labelOf: ({ label }) => label,
  relabelled: (digit, label) => ({ ...digit, label }),
  triggered({ pixels, label }) {
    const marked = Uint8Array.from(pixels);
    for (let row = digitSide - 1 - triggerSide; row < digitSide - 1; row++)
      marked.fill(255, (row + 1) * digitSide - 1 - triggerSide, (row + 1) * digitSide - 1);
    return { pixels: marked, label };
  },
};

/**
 * Attack success rate of a backdoor: how often a model takes a held-out digit that has the trigger, and is none of the target's, for the
 * target; a share from 0 to 1.
 */
export async function backdoorSuccess(
  model: tf.LayersModel,
  digits: readonly Digit[],
  target: number,
): Promise<number> {
  const others = digits.filter(({ label }) => label !== target);
  const classes = await classesOf(model, others.map(digitPoisons.triggered));
  return classes.filter(label => label === target).length / others.length;
}
