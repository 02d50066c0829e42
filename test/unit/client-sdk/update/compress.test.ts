import { compress } from '@murmuration/client-sdk/update/compress';
import type { Compression } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { drawPlaces, gather } from '@murmuration/protocol/weights/sparse';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';
import { seededBytes } from '../device.ts';
import { assignmentOf } from '../memory-coordinator.ts';

const { plan } = assignmentOf(new VirtualClock(), 'r1', {
  update: { kind: 'ring', clip: 2, bits: 8, weighting: 'uniform', weightCap: 1 },
});
const count = 40;
const vector = (seed: number, length = 1) => {
  const values = Float32Array.from(seededBytes(seed)(count), byte => byte - 127.5);
  const norm = Math.hypot(...values);
  return values.map(value => (value * length) / norm);
};
const normOf = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const of = (kind: Compression['kind'], feedback: boolean, fraction = 0.2): Compression => ({
  kind,
  fraction,
  feedback,
});
const run = (
  compression: Compression,
  delta: Float32Array,
  residual?: Float32Array,
  seed = 1,
): ReturnType<typeof compress> => compress(delta, residual, compression, plan, 'r1', seededBytes(seed));

/** What a coordinator adds up of it. */
function sentOf({ delta, sparse }: ReturnType<typeof compress>): Float32Array {
  const all = new Float32Array(count);
  if (delta) for (const [i, place] of drawPlaces('r1', count, delta.length).entries()) all[place] = delta[i]!;
  if (sparse) {
    const { unit, units, places } = sparse;
    const at = typeof places === 'number' ? drawPlaces(`${places}`, count, units.length) : places;
    for (const [i, place] of at.entries()) all[place] = unit * units[i]!;
  }
  return all;
}

describe('an update of which some values are sent', () => {
  it.each(['topK', 'randomK', 'randomMask'] as const)(
    'UP13: %s keeps all that is not sent, rounding as well',
    kind => {
      const [delta, before] = [vector(1), vector(2, 0.5)];
      const compressed = run(of(kind, true), delta.slice(), before.slice());
      const sent = sentOf(compressed);
      expect(sent.filter(value => value !== 0).length).toBeGreaterThan(5);
      expect(sent.filter(value => value !== 0).length).toBeLessThanOrEqual(8);
      for (const [i, value] of sent.entries())
        expect(value + compressed.residual![i]!).toBeCloseTo(delta[i]! + before[i]!, 5);
    },
  );

  it('UP13: topK sends those of the largest magnitude, of equal ones the first', () => {
    const delta = new Float32Array(count);
    for (const [place, value] of [
      [30, 1],
      [3, -1],
      [5, 0.5],
      [20, 0.5],
      [21, 0.5],
    ] as const)
      delta[place] = value;
    expect(run(of('topK', true, 0.1), delta).sparse!.places).toEqual(Uint32Array.of(3, 5, 20, 30));
  });

  it('UP13: randomK draws anew each time, from a seed that it sends', () => {
    const [first, second] = [1, 2].map(seed => run(of('randomK', true), vector(1), undefined, seed).sparse!);
    expect(first!.places).not.toBe(second!.places);
    expect(typeof first!.places).toBe('number');
  });

  it('UP13: randomMask takes the places of the round, and leaves rounding to the ring without feedback', () => {
    const delta = vector(1);
    expect(run(of('randomMask', false), delta.slice())).toEqual({
      delta: gather(delta, drawPlaces('r1', count, 8)),
    });
    const { delta: grid } = run(of('randomMask', true), delta.slice());
    for (const [i, value] of grid!.entries())
      expect(Math.abs(value - gather(delta, drawPlaces('r1', count, 8))[i]!)).toBeLessThan(0.1);
  });

  it.each(['topK', 'randomK', 'randomMask'] as const)(
    'UP8: %s sends nothing that is longer than the clip',
    kind => {
      for (let seed = 1; seed < 20; seed++) {
        const compressed = run(of(kind, true, 1), vector(seed, 50), vector(seed + 50, 30), seed);
        expect(normOf(sentOf(compressed))).toBeLessThan(kind === 'randomMask' ? 2.2 : 2 * 1.0001);
      }
    },
  );

  it('UP13: keeps no more than honest updates leave', () => {
    // 2 clip / fraction.
    expect(normOf(run(of('topK', true), vector(1), vector(2, 1e6)).residual!)).toBeCloseTo(20, 3);
  });

  it.each(['randomK', 'randomMask'] as const)('UP13: %s without feedback is the whole on average', kind => {
    const delta = vector(3);
    const mean = new Float64Array(count);
    for (let seed = 0; seed < 1_500; seed++) {
      const round = `r${seed}`;
      const { delta: grid, sparse } = compress(
        delta.slice(),
        undefined,
        of(kind, false),
        plan,
        round,
        seededBytes(seed),
      );
      const places = drawPlaces(sparse ? `${sparse.places}` : round, count, 8);
      const values = grid ?? Float32Array.from(sparse!.units, units => units * sparse!.unit);
      for (const [i, place] of places.entries()) mean[place]! += (values[i]! * 5) / 1_500;
    }
    // Each value counts five times in one of five rounds: a deviation of 2 · |value| / √4000.
    for (const [i, value] of mean.entries())
      expect(Math.abs(value - delta[i]!)).toBeLessThan(
        6 * ((2 * Math.abs(delta[i]!)) / Math.sqrt(1_500)) + 2e-3,
      );
  });

  it('UP13: comes to where all values are worth what they were, by topK with what is kept', () => {
    const goal = vector(5, 1);
    const sum = new Float64Array(count);
    let residual: Float32Array | undefined;
    for (let round = 0; round < 60; round++) {
      const compressed = run(
        of('topK', true, 0.05),
        goal.map(value => value / 10),
        residual,
        round + 1,
      );
      residual = compressed.residual;
      for (const [i, value] of sentOf(compressed).entries()) sum[i]! += value;
    }
    // Sixty tenths of it were meant; what is missing is kept.
    for (const [i, value] of sum.entries()) expect(value + residual![i]!).toBeCloseTo(6 * goal[i]!, 3);
    expect(normOf(residual!)).toBeLessThan(2);
  });

  it('is none of what is no number', () => {
    expect(codeOf(() => run(of('topK', true), vector(1).fill(Number.NaN, 3, 4)))).toBe('training.failed');
    const nothing = run(of('topK', true), new Float32Array(count));
    expect(nothing.sparse!.unit).toBe(0);
    expect(sentOf(nothing)).toEqual(new Float32Array(count));
  });
});
