import { trainLocally } from '@murmuration/engine/training/local-training';
import type { Steps } from '@murmuration/engine/training/steps';
import type { LocalSettings } from '@murmuration/engine/training/trainer';
import { TrainingTurns } from '@murmuration/engine/training/turns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const settings: LocalSettings = {
  epochs: 1,
  batchSize: 1,
  learningRate: 1,
  proximal: 0,
  gradientClip: null,
  maxExamples: 1_000,
  seed: 1,
};

/** A training of one weight, which steps take to these values one after the other. */
function leadingTo(path: readonly number[], change: Partial<LocalSettings>, from = 0) {
  let taken = 0;
  let reads = 0;
  const steps: Steps<Uint32Array> = {
    take: () => ({
      next() {
        taken += 1;
        return { done: true, value: 0 };
      },
    }),
    read(vector) {
      reads += 1;
      vector[0] = path[taken - 1]!;
      return vector;
    },
    dispose() {},
  };
  return trainLocally(
    { rows: { size: path.length, batch: rows => rows }, examples: path.length },
    {
      weights: Float32Array.of(from),
      settings: { ...settings, ...change },
      signal: new AbortController().signal,
      progress: () => {},
      begin: () => steps,
      turns: new TrainingTurns(
        () => 0,
        async () => {},
        8,
      ),
      sizes: () => [{ size: 1, isTrainable: true }],
      path: { engine: 'own', reason: 'the test says where steps lead' },
    },
  ).then(({ delta }) => ({ delta: delta[0]!, reads }));
}

describe('a training whose result is a mean of steps', () => {
  it('ends at the mean of the last share of them, less where it began', async () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(values, share, fc.integer({ min: -9, max: 9 }), async (path, average, from) => {
        const counted = path.slice(-Math.max(1, Math.round(average * path.length)));
        const mean = counted.reduce((sum, value) => sum + value, 0) / counted.length;
        const { delta } = await leadingTo(path, { average }, from);
        expect(Math.abs(delta - (mean - from))).toBeLessThan(1e-2);
      }),
    );
  });

  it('reads no more than 64 of many steps, evenly, the last one among them', async () => {
    const path = Array.from({ length: 1_000 }, (_, step) => step + 1);
    const { delta, reads } = await leadingTo(path, { average: 1 });
    expect(reads).toBeLessThanOrEqual(64);
    // Every 16th step from the last one back: 1000, 984, …, 8.
    expect(delta).toBeCloseTo(504, 2);
    expect((await leadingTo(path, { average: 0.001 })).delta).toBe(1_000);
  });

  it('is the last step where nothing is said', async () => {
    expect(await leadingTo([5, 7, 9], {})).toEqual({ delta: 9, reads: 1 });
  });

  it.each([0, -1, 1.01, Number.NaN])('refuses a share of %s', async average => {
    await expect(leadingTo([1, 2], { average })).rejects.toThrow(RangeError);
  });

  it('refuses a correction of the steps besides', async () => {
    const both = leadingTo([1, 2], { average: 1, correction: Float32Array.of(0) });
    await expect(both).rejects.toMatchObject({ code: 'training.unsupported' });
  });
});
