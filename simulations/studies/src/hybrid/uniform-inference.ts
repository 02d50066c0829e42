import type { Inference, OpenModel } from '@murmuration/client-sdk/hybrid/inference';
import type { Serving } from '@murmuration/engine/inference/serving';

/** Makes inference whose models answer uniformly, so that a hybrid model consists only of its other parts. */
export function uniformInference({ classes, firstClass, questions }: Serving<string>): Inference {
  const uniform = new Float32Array(classes).fill(1 / (classes - firstClass), firstClass);
  const model: OpenModel = {
    predict: async () => uniform,
    async answer(example) {
      const { targets } = questions(example as string);
      const values = new Float32Array(targets.length * classes);
      for (const question of targets.keys()) values.set(uniform, question * classes);
      return values;
    },
    async close() {},
  };
  return { open: async () => model, async close() {} };
}
