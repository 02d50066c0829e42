import { ExampleSplit, isHeldOut } from '@murmuration/client-sdk/hybrid/held-out';
import type { Serving } from '@murmuration/engine/inference/serving';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Sequence, serving } from './scene.ts';

const task = serving as Serving<unknown>;

describe('the examples that are held out', () => {
  it('are about a fifth, short and long ones alike', () => {
    for (const length of [2, 5]) {
      const sequences: Sequence[] = Array.from({ length: 2_000 }, (_, i) =>
        Array.from({ length }, (_, k) => Math.floor(i / 45 ** k) % 45),
      );
      const share = sequences.filter(sequence => isHeldOut(sequence, task)).length / sequences.length;
      expect(share).toBeGreaterThan(0.15);
      expect(share).toBeLessThan(0.25);
    }
  });

  it('are the same ones each time, with all copies of theirs', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }), sequence => {
        expect(isHeldOut([...sequence], task)).toBe(isHeldOut(sequence, task));
      }),
    );
  });

  it('hold out one of five copies of what is repeated, and leave the others to learn from', () => {
    for (const sequence of Array.from({ length: 30 }, (_, i) => [i, i + 1, 2])) {
      const split = new ExampleSplit(task);
      const copies = Array.from({ length: 11 }, () => [...sequence]);
      for (const copy of copies) split.add(copy);
      const [first, ...repeated] = copies;
      expect(split.heldOut).toEqual([
        ...(isHeldOut(first, task) ? [first] : []),
        ...repeated.filter((_, i) => i % 5 === 1),
      ]);
      expect(split.training).toHaveLength(11 - split.heldOut.length);
    }
  });
});
