import { tableModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';

/** Messages of one device, and words in each. */
const messages = 240;
const length = 9;

/** Every whole number as letters of its own. */
function letters(value: number): string {
  const last = String.fromCharCode(97 + (value % 26));
  return value < 26 ? last : letters(Math.floor(value / 26) - 1) + last;
}

/** As many made-up words as the keyboard model knows. */
export const words: readonly string[] = Array.from({ length: tableModel.vocabulary - firstWordId }, (_, i) =>
  letters(i),
);

/** Messages of made-up words, few of them frequent and most rare, as in any language; the same for the same device. */
export function messagesOf(device: number): string[] {
  let state = device + 1;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const word = () => words[Math.floor(words.length ** uniform()) - 1]!;
  return Array.from({ length: messages }, () => Array.from({ length }, word).join(' '));
}

/** How training is told to go where its speed is measured. */
export const taskPlan = {
  epochs: 1,
  batchSize: 16,
  learningRate: 0.5,
  proximal: 0,
  gradientClip: null,
  maxExamples: 100_000,
} as const;

/** The same with the seed that a plan does not choose. */
export const settings = { ...taskPlan, seed: 1 } as const;
