import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { dialogue } from '@murmuration/simulations/data/dialogue';
import { smsText } from '@murmuration/simulations/data/sms';
import { trainByRounds } from '@murmuration/studies/next-word/federated-training';
import { keyboardTableSettings } from '@murmuration/studies/next-word/settings';
import { learnedAndKept } from '@murmuration/studies/next-word/split';
import { measureTable, withoutHeldOut } from '@murmuration/studies/next-word/table';
import { wordsOfPhones } from '@murmuration/studies/next-word/words-of-phones';
import { phonesByWord, wordsOf } from '@murmuration/studies/vocabulary/words';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';

const text = smsText();

describe('the split of the keyboard table', () => {
  it('is the same each time, and parts every phone', () => {
    expect(smsText().splitSha256).toBe(text.splitSha256);
    for (const { train, heldOut } of text.phones) {
      const chosenOn = learnedAndKept(train);
      expect([...chosenOn.train, ...chosenOn.heldOut]).toEqual(train);
      expect(chosenOn.heldOut.length).toBe(Math.round(train.length / 9));
      expect(heldOut.length).toBeLessThan(chosenOn.train.length);
    }
  });

  it('has no message of four words or more on both sides, on any phone', () => {
    const long = (message: string) => tokensOf(message).length >= 4;
    const train = new Set(text.phones.flatMap(phone => phone.train).filter(long));
    const heldOut = text.phones.flatMap(phone => phone.heldOut).filter(long);
    expect(heldOut.length).toBeGreaterThan(3_000);
    expect(heldOut.filter(message => train.has(message))).toEqual([]);
    expect(new Set([...train, ...heldOut]).size).toBe(train.size + heldOut.length);
  });

  it('lets nothing of the held-out messages be learned from public text, whatever its case and punctuation', () => {
    const spoken = dialogue();
    expect(spoken.length).toBeGreaterThan(50_000);
    const publicText = [...spoken, 'DID you, eat?'];
    const phones = [{ train: ['How are you?'], heldOut: ['did you eat', 'Yeah.'] }];
    const kept = withoutHeldOut({ phones, publicText });
    expect(kept.length).toBeLessThan(spoken.length);
    expect(kept).toEqual(
      publicText.filter(sentence => !['did you eat', 'yeah'].includes(tokensOf(sentence).join(' '))),
    );
  });
});

/** So many that there are enough on either side of a query. */
const phones = text.phones
  .slice(0, 30)
  .map(({ train, heldOut }) => ({ train: train.slice(0, 40), heldOut: heldOut.slice(0, 8) }));
const { words } = mostFrequentWords(
  phones.flatMap(({ train }) => train),
  200,
);
const small = {
  model: { vocabulary: 200, embedding: 8, gru: 8 },
  pretraining: { epochs: 1, negatives: 20 },
  central: { epochs: 2, learningRate: 0.02, negatives: 20 },
  words: { threshold: 3, words: 800, buckets: 4_096, masking: 'off', further: [] },
  ngrams: {
    sketches: [
      { rows: 2, buckets: 4_096 },
      { rows: 2, buckets: 4_096 },
    ],
    masking: 'off',
  },
};
const rounds = {
  stages: [
    { rounds: 2, learningRate: 1, serverLearningRate: 0.03 },
    { rounds: 1, learningRate: 0.5, serverLearningRate: 0.01 },
  ],
  cohort: 4,
  negatives: 20,
};

describe('the keyboard table', () => {
  it('has the words that as many phones as the threshold have typed, and says what they cover', async () => {
    const settings = keyboardTableSettings.parse(small);
    const { words: agreed, figures } = await wordsOfPhones(phones, settings, () => {});
    const typedBy = phonesByWord(phones.map(({ train }) => wordsOf(train)));
    expect(agreed.length).toBeGreaterThan(50);
    expect(agreed.every(word => typedBy.get(word)! >= 3)).toBe(true);
    expect(figures).toMatchObject({ words: agreed.length, threshold: 3 });
    expect(figures.levels).toEqual([{ threshold: 3, words: agreed.length, coverage: figures.coverage }]);
    expect(figures.coverage).toBeGreaterThan(0.3);
    expect(figures.coverage).toBeLessThanOrEqual(figures.pooledCoverage);
    // No more than the model has room for.
    const few = { ...settings, model: { ...settings.model, vocabulary: 30 } };
    expect((await wordsOfPhones(phones, few, () => {})).words).toEqual(agreed.slice(0, 26));
    const none = { ...settings, words: { ...settings.words, threshold: 31 } };
    expect(await codeOfPromise(wordsOfPhones(phones, none, () => {}))).toBe('secagg.too-few');
  });

  it('asks for rarer words once those of many phones are known, and loses none of these', async () => {
    const first = { ...small.words, threshold: 5 };
    const further = [{ threshold: 3, words: 800, buckets: 4_096 }];
    const agreedOn = (words: object) =>
      wordsOfPhones(phones, keyboardTableSettings.parse({ ...small, words }), () => {});
    const frequent = await agreedOn(first);
    const { words: agreed, figures } = await agreedOn({ ...first, further });
    expect(agreed.slice(0, frequent.words.length)).toEqual(frequent.words);
    expect(new Set(agreed).size).toBe(agreed.length);
    expect(figures.levels.map(({ threshold, words }) => [threshold, words])).toEqual([
      [5, frequent.words.length],
      [3, agreed.length - frequent.words.length],
    ]);
    expect(figures.coverage).toBeGreaterThan(frequent.figures.coverage);
    expect(figures.bytesUpPerDevice).toBeGreaterThan(frequent.figures.bytesUpPerDevice);
    const typedBy = phonesByWord(phones.map(({ train }) => wordsOf(train)));
    expect(agreed.every(word => typedBy.get(word)! >= 3)).toBe(true);
  });

  it('measures all rows on the same words', async () => {
    const { ownWeight, meanLambda, keystrokesSaved, countedNgrams, ...rows } = await measureTable({
      phones,
      words,
      publicText: dialogue().slice(0, 300),
      threads: 1,
      log() {},
      settings: keyboardTableSettings.parse({ ...small, federated: rounds }),
    });
    expect(Object.keys(rows).sort()).toEqual(
      // biome-ignore format: one line
      ['central', 'counted', 'federated', 'hybrid', 'kneserNey', 'mixedKneserNey', 'mixedNgram', 'personal', 'pretrained', 'trigram', 'unigram', 'withoutNet'],
    );
    const scored = rows.unigram.words;
    expect(scored).toBeGreaterThan(200);
    for (const row of Object.values(rows)) {
      expect(row.words).toBe(scored);
      expect(row.top3).toBeGreaterThanOrEqual(row.top1);
    }
    // The words that are among three before a letter is typed, at least, are spared whole.
    expect(keystrokesSaved).toBeGreaterThan(0);
    expect(keystrokesSaved).toBeLessThan(1);
    expect(rows.trigram.top3).toBeGreaterThan(rows.unigram.top3);
    expect(rows.central.top3).toBeGreaterThan(rows.pretrained.top3);
    expect(rows.withoutNet.top3).toBeGreaterThan(rows.pretrained.top3);
    expect(rows.counted.top3).toBeGreaterThan(rows.pretrained.top3);
    expect(countedNgrams.counts.slice(0, 2).every(count => count > 10)).toBe(true);
    expect(ownWeight).toBeGreaterThan(0);
    expect(ownWeight).toBeLessThan(1);
    expect(meanLambda).toBeGreaterThan(0);
  });

  it('has rounds that lead to the same model for a seed, and can be masked', async () => {
    await startBackend();
    const size = { vocabulary: 200, embedding: 8, gru: 8, dense: 8, tied: true, dropout: 0.2 };
    const { topology, layout, weights } = describeModel(nextWordModel(size, 1));
    const begin = { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
    const train = (enabled: boolean, workers: number) => {
      const settings = keyboardTableSettings.parse({ federated: { ...rounds, masking: { enabled } } });
      return trainByRounds({
        begin,
        words,
        rowLength: 20,
        phones,
        settings: settings.federated,
        seed: 1,
        workers,
        log() {},
      });
    };
    const plain = await train(false, 1);
    expect(plain.hash).not.toBe(begin.hash);
    expect((await train(false, 2)).hash).toBe(plain.hash);
    // Others are drawn, and other draws round their updates.
    const masked = await train(true, 1);
    expect(masked.hash).not.toBe(begin.hash);
    expect(masked.weights.every(Number.isFinite)).toBe(true);
  });
});
