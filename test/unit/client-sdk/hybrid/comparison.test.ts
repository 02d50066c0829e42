import { compare } from '@murmuration/client-sdk/hybrid/comparison';
import type { OpenModel } from '@murmuration/client-sdk/hybrid/inference';
import type { Serving } from '@murmuration/engine/inference/serving';
import { describe, expect, it } from 'vitest';
import { classes, type Sequence, serving } from './scene.ts';

const { signal } = new AbortController();

/** Gives this probability to whatever comes, and shares the rest among the other classes. */
function knowing(probability: number): OpenModel {
  const others = (1 - probability) / (classes - 2);
  return {
    predict: async () => new Float32Array(classes),
    answer: async example =>
      Float32Array.from(
        serving
          .questions(example as Sequence)
          .targets.flatMap(target =>
            Array.from({ length: classes }, (_, i) =>
              i === 0 ? 0 : i === target.class ? probability : others,
            ),
          ),
      ),
    close: async () => {},
  };
}

const questions = (count: number): Sequence[] => [Array.from({ length: count + 1 }, (_, i) => 1 + (i % 5))];
const compared = (global: number, personal: readonly number[], count: number) =>
  compare(knowing(global), personal.map(knowing), questions(count), serving as Serving<unknown>, signal);

describe('the comparison of a mixture with the global model', () => {
  it('does not take so small a gain on so few questions for one', async () => {
    // 3 · ln 1.1 = 0.29 nats in all; from 11 questions on it is more than one nat.
    expect((await compared(0.5, [0.55], 3))!.weights).toEqual([0]);
    expect((await compared(0.5, [0.55], 10))!.weights).toEqual([0]);
    expect((await compared(0.5, [0.55], 12))!.weights[0]).toBeGreaterThan(0.9);
  });

  it('asks for more where more weights were chosen', async () => {
    expect((await compared(0.5, [0.55, 0.55], 12))!.weights).toEqual([0, 0]);
    const { weights } = (await compared(0.5, [0.55, 0.55], 24))!;
    expect(weights[0]! + weights[1]!).toBeGreaterThan(0.9);
  });

  it('does not take a better loss for one where what came is less often among the first three', async () => {
    // The class that came gets `came`, the three after it `next` each.
    const ranking = (came: number, next: number): OpenModel => ({
      ...knowing(came),
      answer: async example =>
        Float32Array.from(
          serving.questions(example as Sequence).targets.flatMap(target =>
            Array.from({ length: classes }, (_, i) => {
              if (i === 0) return 0;
              const after = (i - target.class + 5) % 5;
              return after === 0 ? came : after <= 3 ? next : 1 - came - 3 * next;
            }),
          ),
        ),
    });
    const examples = questions(40);
    const found = await compare(
      ranking(0.21, 0.2),
      [ranking(0.24, 0.25)],
      examples,
      serving as Serving<unknown>,
      signal,
    );
    expect(found!.scores.personal.loss).toBeLessThan(found!.scores.global.loss);
    expect(found!.scores.personal.top3).toBe(0);
    expect(found!.weights).toEqual([0]);
    expect(found!.scores.hybrid).toEqual(found!.scores.global);
  });

  it('scores all on the same questions, and the personal model by itself even where it gets no weight', async () => {
    const found = (await compared(0.5, [0.1], 20))!;
    expect(found.weights).toEqual([0]);
    expect(found.among).toEqual([1]);
    expect(found.questions).toBe(20);
    expect(found.scores.global).toMatchObject({ top1: 1, top3: 1 });
    expect(found.scores.hybrid).toEqual(found.scores.global);
    expect(found.scores.personal).toMatchObject({ top1: 0, top3: 0 });
    expect(found.scores.personal.loss).toBeCloseTo(-Math.log(0.1), 5);
  });

  it('is none without questions, and without personal models', async () => {
    expect(await compared(0.5, [0.5], 0)).toBeNull();
    expect(await compared(0.5, [], 10)).toBeNull();
  });

  it('ends where it is stopped', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    const comparison = compare(
      knowing(0.5),
      [knowing(0.5)],
      questions(5),
      serving as Serving<unknown>,
      stop.signal,
    );
    await expect(comparison).rejects.toThrow('stopped');
  });
});
