import { seededUniform } from '@murmuration/engine/training/seeded';
import { drawPoints } from '@murmuration/simulations/spaces/dimensions';
import { readSpace } from '@murmuration/simulations/spaces/space';
import {
  type Feature,
  growForest,
  isIn,
  sizeOf,
  type Tree,
} from '@murmuration/tuning/tuning/importance/forest';
import { mainEffects, marginal } from '@murmuration/tuning/tuning/importance/functional-anova';
import { importance } from '@murmuration/tuning/tuning/importance/importance';
import type { Trial } from '@murmuration/tuning/tuning/search';
import { describe, expect, it } from 'vitest';

const number: Feature = { kind: 'number' };
const classes = (count: number): Feature => ({ kind: 'class', classes: count });

function rowsOf(features: readonly Feature[], count: number, seed: number): number[][] {
  const uniform = seededUniform(seed);
  return Array.from({ length: count }, () =>
    features.map(feature =>
      feature.kind === 'number' ? uniform() : Math.floor(uniform() * feature.classes),
    ),
  );
}

const valueAt = (tree: Tree, row: readonly number[]) => {
  const leaves = tree.filter(({ parts }) => parts.every((part, i) => isIn(part, row[i]!)));
  expect(leaves).toHaveLength(1);
  return leaves[0]!.value;
};

describe('a forest', () => {
  const features = [number, classes(3), number];
  const rows = rowsOf(features, 60, 1);
  const forest = growForest(
    features,
    rows,
    rows.map(([a, b]) => a! + 10 * Number(b === 1)),
    2,
  );

  it('fills the space with leaves that do not overlap', () => {
    for (const tree of forest) {
      const size = tree.reduce(
        (sum, { parts }) => sum + parts.reduce((product, part) => product * sizeOf(part), 1),
        0,
      );
      expect(size).toBeCloseTo(1, 9);
    }
    for (const row of [...rowsOf(features, 50, 3), [0, 0, 0], [1, 2, 1]]) valueAt(forest[0]!, row);
  });

  it('grows the same from the same seed', () => {
    expect(
      growForest(
        features,
        rows,
        rows.map(([a]) => a!),
        5,
      ),
    ).toEqual(
      growForest(
        features,
        rows,
        rows.map(([a]) => a!),
        5,
      ),
    );
  });
});

describe('the functional ANOVA', () => {
  it('is that of a second implementation, which sums over a fine grid', () => {
    const features = [number, classes(3), number];
    const rows = rowsOf(features, 40, 4);
    const [tree] = growForest(
      features,
      rows,
      rows.map(([a, b, c]) => a! * c! + 0.3 * b!),
      6,
    ) as [Tree, ...Tree[]];
    // Thresholds lie between two of 40 numbers: on a grid of 200 cells each mean is off by a few cells at most.
    const cells = 200;
    const axes = features.map(feature =>
      feature.kind === 'number'
        ? Array.from({ length: cells }, (_, i) => (i + 0.5) / cells)
        : Array.from({ length: feature.classes }, (_, i) => i),
    );
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = (values: readonly number[]) => {
      const middle = mean(values);
      return mean(values.map(value => (value - middle) ** 2));
    };
    const [as, bs, cs] = axes as [number[], number[], number[]];
    const leafOf = (row: readonly number[]) =>
      tree.find(({ parts }) => parts.every((part, i) => isIn(part, row[i]!)))!.value;
    const table = as.map(a => bs.map(b => cs.map(c => leafOf([a, b, c]))));
    const total = variance(table.flat(2));
    const byHand = [
      variance(table.map(slice => mean(slice.flat()))) / total,
      variance(bs.map(b => mean(table.flatMap(slice => slice[b]!)))) / total,
      variance(cs.map((_, c) => mean(table.flatMap(slice => slice.map(row => row[c]!))))) / total,
    ];
    const shares = mainEffects([tree], features).map(({ mean }) => mean);
    for (const [i, share] of shares.entries()) expect(Math.abs(share - byHand[i]!)).toBeLessThan(0.02);
    expect(marginal([tree], 1, 2).mean).toBeCloseTo(mean(table.flatMap(slice => slice[2]!)), 1);
  });

  it('finds the shares that a sum of functions has', () => {
    // Variance of 2a on [0, 1] is 4/12, that of b is 1/12: shares 0.8 and 0.2; c does nothing.
    const features = [number, number, number];
    const rows = rowsOf(features, 400, 7);
    const shares = mainEffects(
      growForest(
        features,
        rows,
        rows.map(([a, b]) => 2 * a! + b!),
        8,
      ),
      features,
    );
    expect(Math.abs(shares[0]!.mean - 0.8)).toBeLessThan(0.06);
    expect(Math.abs(shares[1]!.mean - 0.2)).toBeLessThan(0.06);
    expect(shares[2]!.mean).toBeLessThan(0.02);
  });

  it('gives interactions to no setting by itself', () => {
    const features = [classes(2), classes(2)];
    const rows = rowsOf(features, 400, 9);
    const shares = mainEffects(
      growForest(
        features,
        rows,
        rows.map(([a, b]) => Number(a === b)),
        10,
      ),
      features,
    );
    for (const { mean } of shares) expect(mean).toBeLessThan(0.1);
  });
});

describe('which settings mattered', () => {
  const space = readSpace(
    {
      settings: {
        rate: { logUniform: [0.01, 1] },
        idle: { uniform: [0, 1] },
        model: { oneOf: ['small', { kind: 'large', width: { integer: [1, 9] } }] },
      },
    },
    'The space',
  );
  const trialsOf = (score: (at: readonly (number | null)[]) => number | null): Trial[] =>
    drawPoints(space.settings, space.dimensions, 60, seededUniform(11)).map((point, trial) => {
      return { trial, point, rung: 0, scores: [score(point.at)], curve: [], failure: null };
    });

  it('is told by ranks, so that one that diverged does not outweigh the others', () => {
    const trials = trialsOf(([rate, idle]) => (idle! > 0.97 ? -1e9 : rate!));
    const effects = importance(space.dimensions, [trials], 'higher', 1);
    expect(effects[0]!.name).toBe('rate');
    expect(effects[0]!.share).toBeGreaterThan(0.8);
  });

  it('takes failures for the worst', () => {
    const trials = trialsOf(([rate]) => (rate! > 0.5 ? null : 1 + rate!));
    const [first] = importance(space.dimensions, [trials], 'higher', 1);
    expect(first!.name).toBe('rate');
    expect(first!.trials.length).toBe(30);
  });

  it('shows values as they are set, and where the metric is expected to be best', () => {
    const trials = trialsOf(([rate]) => -Math.abs(rate! - 0.5));
    const effects = importance(space.dimensions, [trials], 'higher', 1);
    const { expected } = effects.find(({ name }) => name === 'rate')!;
    expect([expected[0]!.value, expected.at(-1)!.value]).toEqual([0.01, 1]);
    const best = expected.reduce((one, other) => (other.metric > one.metric ? other : one));
    expect(Math.abs(Math.log10(best.value as number) + 1)).toBeLessThan(0.2);
    expect(effects.find(({ name }) => name === 'model')!.expected.map(({ value }) => value)).toEqual([
      'small',
      'large',
    ]);
  });

  it('says nothing of few trials', () => {
    expect(importance(space.dimensions, [trialsOf(() => 1).slice(0, 7)], 'higher', 1)).toEqual([]);
  });
});
