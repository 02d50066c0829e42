import { mixedRecall } from '@murmuration/demo/demonstration/mixed-recall';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { alphabetOf, sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { countNgrams } from '@murmuration/protocol/ngrams/counted-ngrams';
import { encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { beforeAll, expect, it } from 'vitest';

const vocabulary = new Vocabulary(['call', 'me', 'when', 'you', 'are', 'home', 'now', 'then']);
const { classes, firstClass } = alphabetOf(vocabulary);
const message = 'call me when you are home';
const model = () => nextWordModel({ vocabulary: vocabulary.size, embedding: 4, gru: 4, dense: null }, 1);

/** The file of what these messages have. */
function fileOf(messages: readonly string[]): Uint8Array {
  const sequences = sequencesOf(messages, vocabulary);
  const ngrams = [1, 2, 3].flatMap(length => countNgrams(sequences, { length, firstClass, most: 99 }));
  return encodeNgrams(ngrams, { classes, firstClass, threshold: 3 });
}

beforeAll(async () => void (await startBackend()));

it('is that of the n-grams where the model has learned nothing and they have what comes', async () => {
  const found = await mixedRecall(
    model(),
    fileOf([message, message, message]),
    vocabulary,
    Array.from({ length: 4 }, () => [message]),
  );
  expect(found.top1).toBe(1);
  expect(found.share).toBeGreaterThan(0.8);
});

it('is measured under the weight of the other half of the phones', async () => {
  const file = fileOf(Array.from({ length: 9 }, () => message));
  // What one half says the n-grams have, what the other says they have not: the first is measured under the weight of the second.
  const phones = [[message], ['then now then now then now']];
  const crossed = await mixedRecall(model(), file, vocabulary, phones);
  const alike = await mixedRecall(model(), file, vocabulary, [[message], [message]]);
  expect(alike.share).toBeGreaterThan(crossed.share);
  expect(alike.top1).toBe(1);
  expect(crossed.top1).toBeLessThan(0.5);
});

it('is that of the model where the n-grams say nothing of what comes', async () => {
  const net = model();
  const phones = [['now then now'], ['now then now']];
  const file = fileOf(['call', 'call', 'call']);
  const mixed = await mixedRecall(net, file, vocabulary, phones);
  const { top1, top3 } = await recall(net, vocabulary, phones.flat());
  expect([mixed.top1, mixed.top3]).toEqual([top1, top3]);
});
