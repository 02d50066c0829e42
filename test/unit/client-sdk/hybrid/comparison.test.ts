import { compare } from '@murmuration/client-sdk/hybrid/comparison';
import type { OpenModel } from '@murmuration/client-sdk/hybrid/inference';
import type { OpenPersonal } from '@murmuration/client-sdk/hybrid/personal';
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

  describe('goes by what is among the first three as well', () => {
    /** What a model gives to the class that came and to the four after it, of each question. */
    type Given = readonly [came: number, number, number, number, number];
    const giving = (given: readonly Given[]): OpenModel => ({
      ...knowing(0.5),
      answer: async example =>
        Float32Array.from(
          serving
            .questions(example as Sequence)
            .targets.flatMap((target, question) =>
              Array.from({ length: classes }, (_, i) =>
                i === 0 ? 0 : given[question]![(i - target.class + 5) % 5]!,
              ),
            ),
        ),
    });
    const knows: Given = [0.9, 0.04, 0.03, 0.02, 0.01];
    const guesses: Given = [0.05, 0.02, 0.01, 0.01, 0.91];
    const count = 80;
    /** Two models of which each knows what the other guesses, but for some questions, spread over all. */
    function models(some: number, first: Given, second: Given): readonly [OpenModel, OpenModel] {
      const every = count / some;
      const of = (isFirst: boolean) =>
        giving(
          Array.from({ length: count }, (_, question) => {
            if (question % every === 0) return isFirst ? first : second;
            return (question % 2 === 0) === isFirst ? knows : guesses;
          }),
        );
      return [of(true), of(false)];
    }
    const found = async (global: OpenModel, personal: OpenPersonal) =>
      (await compare(global, [personal], questions(count), serving as Serving<unknown>, signal))!;
    const hits: Given = [0.201, 0.2, 0.2, 0.2, 0.199];
    // A mixture of both misses as well, unless nearly all of it is the one that hits.
    const misses: Given = [0.24, 0.25, 0.25, 0.25, 0.01];

    it('serves no mixture that has it less often than one of its parts, by more than chance', async () => {
      const [global, personal] = models(20, misses, hits);
      const { weights, scores } = await found(global, personal);
      expect([scores.global.top3, scores.personal.top3]).toEqual([0.75, 1]);
      expect(weights).toEqual([1]);
      expect(scores.hybrid).toEqual(scores.personal);
    });

    it('serves one that has it less often than the personal part by chance, but not than the global one', async () => {
      const [one, other] = models(2, misses, hits);
      const { weights, scores } = await found(one, other);
      expect(scores.hybrid.top3).toBe(78 / 80);
      expect(scores.hybrid.loss).toBeLessThan(Math.min(scores.global.loss, scores.personal.loss));
      expect(weights[0]).toBeGreaterThan(0.3);
      expect(weights[0]).toBeLessThan(0.7);
      const swapped = await found(other, one);
      expect(swapped.weights).toEqual([0]);
      expect(swapped.scores.hybrid).toEqual(swapped.scores.global);
    });

    it('serves no weights by how well contexts are known that have it less often than those alike for all', async () => {
      // Both parts miss, and half of each hits.
      const [global, personal] = models(16, [0.2, 0.25, 0.25, 0.29, 0.01], [0.2, 0.25, 0.25, 0.065, 0.235]);
      const confidences = () => Array.from({ length: count }, (_, question) => question % 5 && question % 2);
      const { weights, bins, scores } = await found(global, { ...personal, confidences });
      expect([scores.global.top3, scores.personal.top3, scores.hybrid.top3]).toEqual([0.8, 0.8, 1]);
      expect(weights[0]).toBeGreaterThan(0);
      expect(bins.size).toBe(0);
    });
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
