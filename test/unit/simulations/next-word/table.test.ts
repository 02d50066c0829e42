import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { dialogue } from '@murmuration/simulations/data/dialogue';
import { smsText } from '@murmuration/simulations/data/sms';
import { keyboardTableSettings } from '@murmuration/simulations/next-word/settings';
import { learnedAndKept } from '@murmuration/simulations/next-word/split';
import { measureTable, withoutHeldOut } from '@murmuration/simulations/next-word/table';
import { describe, expect, it } from 'vitest';

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

describe('the keyboard table', () => {
  const measure = () =>
    measureTable({
      phones: text.phones.slice(0, 6),
      publicText: dialogue().slice(0, 300),
      seed: 1,
      log() {},
      settings: {
        ...keyboardTableSettings,
        model: { vocabulary: 200, embedding: 8, gru: 8, dense: 8, tied: true, dropout: 0.2 },
        pretraining: { ...keyboardTableSettings.pretraining, epochs: 1, negatives: 20 },
        central: { ...keyboardTableSettings.central, epochs: 2, learningRate: 0.02, negatives: 20 },
        federated: {
          ...keyboardTableSettings.federated,
          stages: keyboardTableSettings.federated.stages.map(stage => ({ ...stage, rounds: 1 })),
          cohort: 3,
          negatives: 20,
        },
      },
    });

  it('measures all rows on the same words, the same again for a seed', async () => {
    const table = await measure();
    const { ownWeight, meanLambda, ...rows } = table;
    expect(Object.keys(rows).sort()).toEqual(
      // biome-ignore format: one line
      ['central', 'federated', 'hybrid', 'mixedNgram', 'personal', 'pretrained', 'trigram', 'unigram'],
    );
    const { words } = rows.unigram;
    expect(words).toBeGreaterThan(500);
    for (const row of Object.values(rows)) {
      expect(row.words).toBe(words);
      expect(row.top3).toBeGreaterThanOrEqual(row.top1);
    }
    expect(rows.trigram.top3).toBeGreaterThan(rows.unigram.top3);
    expect(rows.central.top3).toBeGreaterThan(rows.pretrained.top3);
    expect(ownWeight).toBeGreaterThan(0);
    expect(ownWeight).toBeLessThan(1);
    expect(meanLambda).toBeGreaterThan(0);
    expect(await measure()).toEqual(table);
  });
});
