import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { mostFrequentWords, unknownId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { mailSentences } from '@murmuration/simulations/data/mail-sentences';
import { smsText } from '@murmuration/simulations/data/sms';
import { withWords } from '@murmuration/studies/pretraining/known-words';
import { linesSha256 } from '@murmuration/studies/pretraining/pretrain';
import {
  publicIds,
  publicWords,
  version0,
  version0Provenance,
} from '@murmuration/studies/pretraining/version0';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

const text = smsText();
const words = ['lah', 'the', 'you', 'never-taught'];

describe('version 0 of the keyboard', () => {
  it('was taught with the public text that its provenance names', async () => {
    const { text: taught, vocabularySha256, recall } = await version0Provenance();
    const sentences = mailSentences();
    expect(taught.sentences).toBe(sentences.length);
    expect(taught.sha256).toBe(linesSha256(sentences));
    // Its words are those of that text, too.
    const taughtWords = await publicWords();
    expect(taughtWords).toEqual(mostFrequentWords(sentences, publicIds).words);
    expect(vocabularySha256).toBe(linesSha256(taughtWords));
    // More than the most frequent words alone have: 3.4 and 7.3 %.
    expect(recall.top1).toBeGreaterThan(4);
    expect(recall.top3).toBeGreaterThan(8);
  });

  it('has seen no message of any phone, neither to learn from nor held out', () => {
    const key = (sentence: string) => tokensOf(sentence).join(' ');
    const taught = new Set(mailSentences().map(key));
    const known = text.phones.flatMap(({ train, heldOut }) => [...train, ...heldOut]).map(key);
    expect(taught.size).toBeGreaterThan(10_000);
    expect(known.filter(message => taught.has(message))).toEqual([]);
  });

  it('keeps what it was taught of the words of a vocabulary, whatever their order, and begins others as rare ones', async () => {
    const taught = await publicWords();
    const known = await version0(taught);
    const own = await version0(words);
    const outputs = (model: typeof own, vocabulary: Vocabulary) => {
      const ids = [[unknownId, vocabulary.id('the')]];
      const last = tf.tidy(() => (model.predict(tf.tensor2d(ids, [1, 2], 'int32')) as tf.Tensor).dataSync());
      return (word: string) => last.at(vocabulary.id(word) - vocabulary.size)!;
    };
    const all = outputs(known, new Vocabulary(taught));
    const some = outputs(own, new Vocabulary(words));
    for (const word of ['the', 'you']) expect(some(word)).toBeCloseTo(all(word), 4);
    const rarest = taught.slice(Math.round(0.9 * taught.length));
    const mean = rarest.reduce((sum, word) => sum + all(word), 0) / rarest.length;
    for (const word of ['lah', 'never-taught']) expect(some(word)).toBeCloseTo(mean, 3);
    const { weights, layout } = describeModel(own);
    expect(layout.tensors[0]!.shape).toEqual([8, 32]);
    expect(weights.every(value => Number.isFinite(value) && Math.abs(value) < 100)).toBe(true);
    for (const model of [known, own]) model.dispose();
  });
});

describe('weights for other words', () => {
  const modelOf = (vocabulary: number, gru = 8) => {
    const model = nextWordModel({ vocabulary, embedding: 8, gru, dense: 8, tied: true }, 1);
    const described = describeModel(model);
    model.dispose();
    return described;
  };

  it('are the same for the same words, and go back to what they were', () => {
    const { layout, weights } = modelOf(7);
    const from = { words: ['a', 'b', 'c'], layout, weights };
    expect(withWords(from, { words: ['a', 'b', 'c'], layout })).toEqual(weights);
    // Also where as many ids as the layer has units make the axis of the one look like that of the other.
    const grown = { words: ['c', 'a', 'b', 'd'], layout: modelOf(8).layout };
    const there = { ...grown, weights: withWords(from, grown) };
    expect(there.weights.length).toBe(grown.layout.count);
    expect(withWords(there, from)).toEqual(weights);
  });

  it('are refused for a model of other widths', () => {
    const { layout, weights } = modelOf(7);
    const from = { words: ['a', 'b', 'c'], layout, weights };
    expect(codeOf(() => withWords(from, { words: ['a'], layout: modelOf(5, 16).layout }))).toBe(
      'model.unusable',
    );
    // The words are not those of the layout.
    expect(codeOf(() => withWords(from, { words: ['a'], layout }))).toBe('model.unusable');
  });
});
