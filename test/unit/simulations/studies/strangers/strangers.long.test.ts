import { run } from '@murmuration/studies/strangers/strangers';
import { expect, it } from 'vitest';

/** The whole study, with a net and a vocabulary that are too small to be good for anything. */
const settings = {
  folds: 1,
  shared: {
    model: { vocabulary: 300, embedding: 8, gru: 8, dropout: 0 },
    words: { masking: 'off', further: [{ threshold: 5, words: 5_000, buckets: 65_536 }] },
    ngrams: { perDevice: 200, sketches: [{ rows: 3, buckets: 4_096 }], masking: 'off' },
    pretraining: { epochs: 1, negatives: 20 },
    federated: { stages: [{ rounds: 2, learningRate: 1, serverLearningRate: 0.03 }], negatives: 20 },
  },
};

it('scores every phone of two stretches that the rounds never saw, beside both baselines', async () => {
  const lines: string[] = [];
  const { figures, table } = await run({ seed: 1, settings, log: line => lines.push(line) });
  expect(figures).toMatchObject({ stretches: 2, phones: 40 });
  for (const name of ['trigramCache', 'kneserNeyOwn', 'global', 'personal', 'hybrid'] as const) {
    const { top1, top3 } = (figures as Record<typeof name, { top1: number; top3: number }>)[name];
    expect(top1).toBeGreaterThan(0);
    expect(top3).toBeGreaterThan(top1);
  }
  expect(lines.at(-1)).toBe('40 phones that the rounds never saw are scored.');
  expect(table).toHaveLength(10);
});
