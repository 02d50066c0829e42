import { openNgrams } from './open-ngrams.ts';
import type { PersonalModel } from './personal.ts';

/**
 * Returns the n-grams that the version brings with its model (`serving.ngrams` of the task), the same on all
 * devices. The device chooses their weight in the mixture, and they learn nothing here. A version without
 * n-grams keeps those of the previous version in use.
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
