import { KeptStates } from '@murmuration/engine/inference/kept-states';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const input = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 });

describe('the states that a predictor keeps', () => {
  it('are found by the longest beginning that is known, and are as many as it may keep', () => {
    fc.assert(
      fc.property(
        fc.array(input, { maxLength: 30 }),
        input,
        fc.integer({ min: 1, max: 6 }),
        (all, asked, most) => {
          const states = new KeptStates(1_000);
          for (const [number, known] of all.entries())
            states.keep(known, known.length, Int32Array.of(number, known.length));
          const begins = (known: number[]) =>
            known.length <= Math.min(most, asked.length) && known.every((token, i) => token === asked[i]);
          const longest = Math.max(0, ...all.filter(begins).map(({ length }) => length));
          const found = states.longest(asked, Math.min(most, asked.length));
          expect(found?.length ?? 0).toBe(longest);
          if (found) expect(all[found.state[0]!]!.slice(0, longest)).toEqual(asked.slice(0, longest));

          const few = new KeptStates(4);
          for (const known of all) {
            few.keep(known, known.length, new Int32Array(0));
            expect(few.size).toBeLessThanOrEqual(4);
            expect(few.longest(known)?.length).toBe(known.length);
          }
        },
      ),
    );
  });

  it('go in the order in which they were of use last', () => {
    const states = new KeptStates(2);
    for (const token of [1, 2]) states.keep([token], 1, new Int32Array(0));
    states.longest([1, 5]);
    states.keep([3], 1, new Int32Array(0));
    expect([1, 2, 3].filter(token => states.longest([token]))).toEqual([1, 3]);
    states.clear();
    expect(states.longest([1])).toBeUndefined();
  });
});
