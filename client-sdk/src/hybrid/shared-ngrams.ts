import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { KnownContext } from '@murmuration/protocol/ngrams/ngram-model';
import { inputOf } from './asked.ts';
import type { PersonalModel } from './personal.ts';

/**
 * What devices have in common: the n-grams that the version brings beside its model (`serving.ngrams` of the task), which no device had to hand
 * over. It is mixed with the others by weights that the device chooses, and learns nothing here. A version without n-grams leaves those of the
 * version before in use.
 */
export function sharedNgrams(): PersonalModel {
  return {
    name: 'shared-ngrams',
    needsGlobal: true,
    async learn({ global, previous }) {
      return global?.ngrams ?? previous;
    },
    async open(bytes, _, { serving }) {
      const [{ decodeNgrams }, { NgramModel }] = await Promise.all([
        import('@murmuration/protocol/ngrams/ngram-file'),
        import('@murmuration/protocol/ngrams/ngram-model'),
      ]);
      const { classes, firstClass } = serving;
      const model = new NgramModel(decodeNgrams(bytes));
      if (model.classes !== classes || model.firstClass !== firstClass)
        throw new MurmurationError(
          'model.corrupt',
          `The n-grams are of ${model.classes} classes from ${model.firstClass} on; the task has ${classes} from ${firstClass} on.`,
        );
      return {
        isShared: true,
        async predict(asked) {
          const input = inputOf(serving, asked);
          return model.probabilities(input, input.length, new Float32Array(classes));
        },
        async answer(example) {
          const { input, targets } = serving.questions(example);
          const values = new Float32Array(targets.length * classes);
          for (const [question, { position }] of targets.entries())
            model.probabilities(
              input,
              position + 1,
              values.subarray(question * classes, (question + 1) * classes),
            );
          return values;
        },
        confidence(asked) {
          const input = inputOf(serving, asked);
          return levelOf(model.known(input, input.length));
        },
        confidences(example) {
          const { input, targets } = serving.questions(example);
          return targets.map(({ position }) => levelOf(model.known(input, position + 1)));
        },
        async close() {},
      };
    },
  };
}

/** From how often a context of two inputs or more came on, it is well known. */
const often = 40;

function levelOf({ depth, count }: KnownContext): number {
  if (depth < 2) return depth;
  return count < often ? 2 : 3;
}
