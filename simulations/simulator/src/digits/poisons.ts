import type * as tf from '@murmuration/engine/tfjs/tf';
import type { Poisons } from '../adversaries/poisons.ts';
import { type Digit, digitSide } from '../data/mnist.ts';
import { classesOf } from './accuracy.ts';
import { digitClasses } from './models.ts';

/**
 * Side of the trigger in pixels: a square of ink in the lower right corner, where no digit has any (Gu et al.
 * 2017, "BadNets", §4.1).
 */
const triggerSide = 3;

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
 * Returns the attack success rate of a backdoor, from 0 to 1: the share of held-out digits of other classes
 * that a model takes for the target once they have the trigger.
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
