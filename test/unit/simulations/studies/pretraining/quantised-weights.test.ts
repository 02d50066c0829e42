import { layoutOf } from '@murmuration/protocol/weights/layout';
import { quantiseWeights, readQuantisedWeights } from '@murmuration/studies/pretraining/quantised-weights';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

const layout = layoutOf([
  { name: 'rows', shape: [3, 4] },
  { name: 'bias', shape: [5] },
]);
const rows = [0, 4, 8, 12, 17];

describe('quantised weights', () => {
  it('differ from the weights by half a step of their row at most', () => {
    const value = fc.float({ min: -100, max: 100, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 17, maxLength: 17 }), values => {
        const weights = Float32Array.from(values);
        const read = readQuantisedWeights(quantiseWeights(weights, layout), layout);
        for (const [row, from] of rows.slice(0, -1).entries()) {
          const part = weights.subarray(from, rows[row + 1]);
          const step = Math.max(...part.map(Math.abs)) / 127;
          for (const [i, weight] of part.entries())
            expect(Math.abs(weight - read[from + i]!)).toBeLessThanOrEqual(step * 0.51 + 1e-40);
        }
      }),
    );
  });

  it('take one byte a value, and four a row', () => {
    expect(quantiseWeights(new Float32Array(17), layout)).toHaveLength(17 + 4 * 4);
    expect(readQuantisedWeights(quantiseWeights(new Float32Array(17), layout), layout)).toEqual(
      new Float32Array(17),
    );
  });

  it('of another model are refused', () => {
    expect(codeOf(() => readQuantisedWeights(new Uint8Array(32), layout))).toBe('model.unusable');
  });
});
