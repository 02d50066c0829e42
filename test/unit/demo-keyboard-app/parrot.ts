import type { Hybrid, Prediction } from '@murmuration/client-sdk/hybrid/hybrid';
import { firstWordId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

export const vocabulary = new Vocabulary(['i', 'see', 'no', 'occasion', 'for', 'that']);

/**
 * A model that suggests the words of the vocabulary in an order of its own for each source; `answers` tells of a source whether it has
 * anything to say.
 */
export function parrot(
  orders: Partial<Record<'global' | 'personal' | 'hybrid', readonly string[]>>,
): Pick<Hybrid, 'predict'> & { readonly asked: [before: string, source: string][] } {
  const asked: [string, string][] = [];
  return {
    asked,
    async predict(input, source = 'hybrid'): Promise<Prediction> {
      asked.push([input as string, source]);
      const order = orders[source];
      if (!order) throw new MurmurationError('hybrid.no-model');
      const values = new Float32Array(vocabulary.size);
      for (const [i, word] of order.entries()) values[vocabulary.id(word)] = 1 / (i + 2);
      values[firstWordId - 1] = 0.9;
      return { values, source, model: null, id: '' };
    },
  };
}
