import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { describeModel } from '@murmuration/engine/models/model';
import { mailSentences } from '@murmuration/simulations/data/mail-sentences';
import { smsText } from '@murmuration/simulations/data/sms';
import { heldOutText } from '@murmuration/simulations/keyboard/text';
import { linesSha256 } from '@murmuration/simulations/pretraining/pretrain';
import { version0, version0Provenance } from '@murmuration/simulations/pretraining/version0';
import { describe, expect, it } from 'vitest';

const text = smsText();
const { words } = heldOutText(text, smallModel.vocabulary);

describe('version 0 of the keyboard', () => {
  it('was taught with the public text that its provenance names', async () => {
    const { text: taught, vocabularySha256, recall } = await version0Provenance();
    const sentences = mailSentences();
    expect(taught.sentences).toBe(sentences.length);
    expect(taught.sha256).toBe(linesSha256(sentences));
    expect(vocabularySha256).toBe(linesSha256(words));
    // More than the most frequent words alone have: 3.4 and 7.3 %.
    expect(recall.top1).toBeGreaterThan(4.5);
    expect(recall.top3).toBeGreaterThan(9);
  });

  it('has seen no message of any phone, neither to learn from nor held out', () => {
    const key = (sentence: string) => tokensOf(sentence).join(' ');
    const taught = new Set(mailSentences().map(key));
    const known = text.phones.flatMap(({ train, heldOut }) => [...train, ...heldOut]).map(key);
    expect(taught.size).toBeGreaterThan(10_000);
    expect(known.filter(message => taught.has(message))).toEqual([]);
  });

  it('has the weights of the small model, none of them out of the ordinary', async () => {
    const model = await version0(words);
    const { weights } = describeModel(model);
    model.dispose();
    expect(weights.every(value => Number.isFinite(value) && Math.abs(value) < 100)).toBe(true);
    expect(weights.filter(value => value !== 0).length).toBeGreaterThan(0.8 * weights.length);
  });

  it('is refused for words that it was not taught for', async () => {
    await expect(version0([...words].reverse())).rejects.toMatchObject({ code: 'model.unusable' });
  });
});
