import { edgesOf, linesOf, occupied, placeOf, roundUp } from '@murmuration/dashboard/queries/histogram';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { HistogramQuery } from '@murmuration/protocol/queries/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Bins of a histogram with these counts. */
function binsWith(bins: HistogramQuery['bins'], ...counts: number[]) {
  const query = defineQuery({ name: 'some', kind: 'histogram', bins });
  const figures = figuresOf(query, Int32Array.from(counts), 100);
  return figures.kind === 'histogram' ? figures.bins : [];
}

const folders = binsWith({ edges: [0, 2, 4, 8] }, 0, 0, 5, 0, 1);

describe('the bins that are drawn', () => {
  it('are those from the first to the last with a value', () => {
    expect(occupied(folders).map(({ from, to, count }) => [from, to, count])).toEqual([
      [2, 4, 5],
      [4, 8, 0],
      [8, null, 1],
    ]);
    expect(occupied(binsWith({ edges: [0, 2] }, 0, 0, 0))).toEqual([]);
  });

  it('are equally wide, and a value lies in its bin', () => {
    const drawn = occupied(folders);
    expect([2, 3, 4, 6, 8].map(value => placeOf(value, drawn))).toEqual([0, 1 / 6, 1 / 3, 0.5, 2 / 3]);
    expect([1.9, 8.1].map(value => placeOf(value, drawn))).toEqual([null, null]);
  });

  it('have a logarithmic scale where they are logarithmic', () => {
    // Each edge is three times the one before.
    const bins = binsWith({ relative: 0.5, least: 1, most: 26 }, 0, 1, 1, 1, 0);
    const places = [1, 3, 9, 27].map(value => placeOf(value, occupied(bins)));
    for (const [i, place] of places.entries()) expect(place).toBeCloseTo(i / 3, 9);
  });

  it('have their edges below them, no more than there is room for', () => {
    expect(edgesOf(occupied(folders), 5)).toEqual([
      { place: 0, value: 2 },
      { place: 1 / 3, value: 4 },
      { place: 2 / 3, value: 8 },
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 9 }), (bins, most) => {
        const edges = Array.from({ length: bins + 1 }, (_, i) => i);
        const drawn = binsWith({ edges }, 0, ...Array.from({ length: bins }, (_, i) => (i < 50 ? 1 : 0)), 0);
        const written = edgesOf(drawn, most);
        expect(written.length).toBeLessThanOrEqual(most + 1);
        for (const { place } of written) expect(place >= 0 && place <= 1).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the scale of a drawing', () => {
  it.each([
    [0, 1],
    [0.03, 0.03],
    [0.0301, 0.04],
    [0.61, 0.8],
    [0.81, 1],
    [7, 8],
    [1_001, 2_000],
  ])('ends for %d at %d', (value, top) => expect(roundUp(value)).toBeCloseTo(top, 12));

  it('is never below what is drawn, and never more than twice as high', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), value => {
        const top = roundUp(value);
        expect(top).toBeGreaterThanOrEqual(value * (1 - 1e-8));
        expect(top).toBeLessThanOrEqual(value * 2.000001);
      }),
    );
  });
});

describe('labels of quantiles', () => {
  it('go up a line where they would meet', () => {
    expect(linesOf([0.1, 0.15, 0.18, 0.4, 0.41], 0.2)).toEqual([0, 1, 2, 0, 1]);
    expect(linesOf([], 0.2)).toEqual([]);
  });

  it('never meet', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), places => {
        places.sort((a, b) => a - b);
        const lines = linesOf(places, 0.2);
        for (const [i, line] of lines.entries()) {
          const before = lines.lastIndexOf(line, i - 1);
          if (i > 0 && before >= 0) expect(places[i]! - places[before]!).toBeGreaterThanOrEqual(0.2);
        }
      }),
    );
  });
});
