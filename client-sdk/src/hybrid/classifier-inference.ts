import { classesOf } from '@murmuration/engine/inference/classes-of';
import type { Classifier } from '@murmuration/engine/inference/classifier';
import { resized } from '@murmuration/engine/inference/resized';
import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { inputOf, refused } from './asked.ts';
import type { Inference, OpenModel } from './inference.ts';

/**
 * Returns an inference in the caller's thread. `load` gets the number of classes: the task's or, if its
 * vocabulary grows, the model's.
 */
export function classifierInference(
  serving: Serving<never>,
  load: (files: ModelFiles, classes: number) => Promise<Classifier>,
): Inference {
  const task = serving as Serving<unknown>;
  const firstClass = task.says === 'numbers' ? undefined : task.firstClass;
  const open = new Set<OpenModel>();
  const loadFitted = async (files: ModelFiles) => {
    const { classes, grows } = task;
    const known = (grows && task.says !== 'numbers' && classesOf(files.topology)) || classes;
    const classifier = await load(files, known);
    return known === classes ? classifier : resized(classifier, known, classes, grows?.unknown);
  };
  return {
    async open(files) {
      const classifier = await loadFitted(files);
      const opened: OpenModel = {
        async predict(input) {
          const values = inputOf(task, input);
          try {
            return classifier.after(values, firstClass);
          } catch (cause) {
            // The input has another number of features, or a token that the model doesn't know.
            throw cause instanceof RangeError ? refused(cause) : cause;
          }
        },
        async answer(example) {
          const { input, targets } = task.questions(example);
          const values = new Float32Array(targets.length * task.classes);
          const positions = targets.map(({ position }) => position);
          classifier.at(
            input,
            positions,
            (question, probabilities) => values.set(probabilities, question * task.classes),
            firstClass,
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
