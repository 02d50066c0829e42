import type { Inference } from '@murmuration/client-sdk/hybrid/inference';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import { mix } from '@murmuration/client-sdk/hybrid/probabilities';
import { sharedNgrams } from '@murmuration/client-sdk/hybrid/shared-ngrams';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { firstWordId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { encodeNgrams, type Ngram } from '@murmuration/protocol/ngrams/ngram-file';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** N-grams of the file, about as many as phones of the keyboard table have in common. */
const ngrams = 44_000;

/**
 * All four parts of a hybrid model, each of which answers for a text, and the mixture of what they say. The net and its copy, which are
 * the same model twice, run where `inference` runs them; it knows the same `words`.
 */
export async function fourParts(inference: Inference, files: ModelFiles, words: readonly string[]) {
  const vocabulary = new Vocabulary(words);
  const serving = keyboardServing(vocabulary);
  const size = vocabulary.size;
  const ports = { serving } as unknown as PersonalPorts;
  const idAt = (i: number) => firstWordId + ((7_919 * i) % (size - firstWordId));
  const all = new Map<string, Ngram>();
  for (let i = 0; all.size < ngrams; i++) {
    const ids = Array.from({ length: 1 + (i % 4) }, (_, at) =>
      idAt(i * (at + 1) + at * Math.floor(i / size)),
    );
    all.set(ids.join(' '), { ids, count: 3 + (i % 50) });
  }
  const file = encodeNgrams(all.values(), { classes: size, firstClass: firstWordId, threshold: 3 });
  const shared = await sharedNgrams().open(file, null, ports);
  const cache = await ngramCache().open(new Uint8Array(0), null, ports);
  const wordsAt = (i: number) => Array.from({ length: 4 }, (_, at) => vocabulary.word(idAt(i * (at + 1))));
  // Every fifth word is one that the vocabulary lacks.
  for (let i = 0; i < 1_000; i++) cache.observe!(`${wordsAt(i).join(' ')} own${i % 200}`);
  const parts = [await inference.open(files), await inference.open(files), shared, cache];
  return {
    wordsAt,
    lookUp: (text: string) => shared.predict(text),
    mixed: async (text: string) => {
      cache.own!(text);
      return mix(
        await Promise.all(parts.map(async part => ({ weight: 0.25, values: await part.predict(text) }))),
      );
    },
    close: () => inference.close(),
  };
}
