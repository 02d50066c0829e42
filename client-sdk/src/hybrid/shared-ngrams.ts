import { openNgrams } from './open-ngrams.ts';
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
      return { ...(await openNgrams(bytes, serving)), isShared: true };
    },
  };
}
