import type { Serving } from '@murmuration/engine/inference/serving';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { inputOf } from './asked.ts';
import type { Inference, OpenModel } from './inference.ts';

/**
 * Runs models in the thread of its caller, whose backend has been started: on the engine's fused kernels where they know all layers, else
 * on the tfjs backend that `startBackend` starts before the first such model, by default the current one. The models end in logits.
 */
export function tfjsInference(serving: Serving<never>, startBackend?: () => Promise<unknown>): Inference {
  const task = serving as Serving<unknown>;
  const open = new Set<OpenModel>();
  return {
    async open(files) {
      const classifier = await classifierOf(files, task.classes, startBackend);
      const opened: OpenModel = {
        async predict(input) {
          return classifier.after(inputOf(task, input), task.firstClass);
        },
        async answer(example) {
          const { input, targets } = task.questions(example);
          const values = new Float32Array(targets.length * task.classes);
          const positions = targets.map(({ position }) => position);
          classifier.at(
            input,
            positions,
            (question, probabilities) => values.set(probabilities, question * task.classes),
            task.firstClass,
          );
          return values;
        },
        async close() {
          if (open.delete(opened)) classifier.dispose();
        },
      };
      open.add(opened);
      return opened;
    },
    async close() {
      await Promise.all(Array.from(open, model => model.close()));
    },
  };
}
