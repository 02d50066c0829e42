import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { smsText } from '@murmuration/simulations/data/sms';
import { findNgrams } from '@murmuration/studies/ngrams/find-ngrams';
import { ngramSettings } from '@murmuration/studies/ngrams/settings';
import { describe, expect, it } from 'vitest';

const phones = smsText()
  .phones.slice(0, 20)
  .map(({ train }) => ({ train: train.slice(0, 20) }));
const vocabulary = mostFrequentWords(
  phones.flatMap(({ train }) => train),
  150,
);
const { words } = vocabulary;
const form = { rows: 2, buckets: 2_048 };
const find = (change: object) =>
  findNgrams({
    phones,
    words,
    settings: ngramSettings.parse({ sketches: [form, form], ...change }),
    seed: 1,
    log() {},
  });

/** Pairs that three phones have, whatever their side, by counting them in one place. */
function pairs(): number {
  const on = new Map<string, number>();
  for (const { train } of phones) {
    const own = sequencesOf(train, vocabulary).flatMap(ids =>
      ids.slice(1).flatMap((id, i) => (id >= 4 ? [`${ids[i]} ${id}`] : [])),
    );
    for (const pair of new Set(own)) on.set(pair, (on.get(pair) ?? 0) + 1);
  }
  return [...on.values()].filter(count => count >= 3).length;
}

describe('the n-grams that phones have in common', () => {
  it('QY12: are found by the masks of devices and coordinator as without masks', async () => {
    const [masked, plain] = [await find({ masking: 'on' }), await find({ masking: 'off' })];
    expect(masked).toEqual(plain);
    expect(masked.counts[1]).toBeGreaterThan(10);
    expect(masked.counts[1]).toBeLessThan(pairs());
    const { order, threshold, classes } = decodeNgrams(masked.file);
    expect({ order, threshold, classes }).toEqual({ order: 3, threshold: 3, classes: 150 });
    expect(masked.bytesUpPerDevice).toBeGreaterThan(1_000);
  });

  it('are as many of a phone as the bound says', async () => {
    const few = await find({ masking: 'off', perDevice: 3 });
    expect(few.counts[0]!).toBeLessThanOrEqual(20);
    expect(few.bytesUpPerDevice).toBeLessThan((await find({ masking: 'off' })).bytesUpPerDevice);
  });
});
