import { seededUniform } from '@murmuration/engine/training/seeded';
import { mnist } from '@murmuration/simulations/data/mnist';
import { partition } from '@murmuration/simulations/partition/partition';
import type { PartitionSpec } from '@murmuration/simulations/partition/spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const spec: fc.Arbitrary<PartitionSpec> = fc
  .record({
    clients: fc.integer({ min: 1, max: 12 }),
    alpha: fc.oneof(fc.constant(1e-6), fc.double({ min: 0.01, max: 100, noNaN: true })),
    shardsPerClient: fc.integer({ min: 1, max: 4 }),
    least: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ clients, alpha, shardsPerClient, least }) =>
    fc.constantFrom<PartitionSpec>(
      { kind: 'user' },
      { kind: 'iid', clients },
      { kind: 'shards', clients, shardsPerClient },
      { kind: 'dirichlet', clients, alpha },
      { kind: 'quantity', clients, alpha, least },
      { kind: 'time', clients },
    ),
  );

/** At least 60 examples, as many as 12 clients with 5 each need. */
const examples = fc.array(
  fc.record({ user: fc.constantFrom('a', 'b', 'c'), label: fc.nat(4), time: fc.integer() }),
  { minLength: 60, maxLength: 200 },
);

const columnsOf = (rows: readonly { user: string; label: number; time: number }[]) => ({
  users: rows.map(({ user }) => user),
  labels: rows.map(({ label }) => label),
  times: rows.map(({ time }) => time),
});

describe('every partition', () => {
  it('gives every example to exactly one client, each of which has some, in ascending order', () => {
    fc.assert(
      fc.property(spec, examples, fc.nat(), (how, rows, seed) => {
        const parts = partition(how, rows.length, columnsOf(rows), seededUniform(seed));
        const all = parts.flatMap(part => Array.from(part)).sort((a, b) => a - b);
        expect(all).toEqual(Array.from(rows.keys()));
        if ('clients' in how) expect(parts.length).toBe(how.clients);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          expect(Array.from(part)).toEqual(Array.from(part).sort((a, b) => a - b));
        }
      }),
    );
  });

  it('follows from its seed, and those that draw differ with it', () => {
    fc.assert(
      fc.property(spec, fc.nat(), (how, seed) => {
        const rows = Array.from({ length: 200 }, (_, i) => ({ user: 'abc'[i % 3]!, label: i % 5, time: -i }));
        const parts = (number: number) =>
          partition(how, rows.length, columnsOf(rows), seededUniform(number)).map(part => Array.from(part));
        expect(parts(seed)).toEqual(parts(seed));
        const draws = how.kind !== 'user' && how.kind !== 'time' && how.clients > 3;
        if (draws) expect(parts(seed)).not.toEqual(parts(seed + 1));
      }),
    );
  });
});

describe('a partition', () => {
  const uniform = () => seededUniform(7);
  const labels = mnist().labels!;
  const kinds = (part: Uint32Array) => new Set(Array.from(part, i => labels[i]!)).size;

  it('by user has one client for each', () => {
    expect(partition({ kind: 'user' }, 4, { users: ['b', 'a', 'b', 'a'] }, uniform())).toEqual([
      Uint32Array.of(0, 2),
      Uint32Array.of(1, 3),
    ]);
  });

  it('IID has clients of the same size up to 1, and every label with each', () => {
    const parts = partition({ kind: 'iid', clients: 99 }, labels.length, {}, uniform());
    expect(new Set(parts.map(({ length }) => length))).toEqual(new Set([606, 607]));
    expect(Math.min(...parts.map(kinds))).toBe(10);
  });

  it('by shards gives 100 clients 600 digits each, most of them of two kinds (McMahan et al. 2017, §3)', () => {
    const parts = partition({ kind: 'shards', clients: 100 }, labels.length, { labels }, uniform());
    expect(new Set(parts.map(({ length }) => length))).toEqual(new Set([600]));
    const most = parts.map(kinds);
    // 200 shards of 300, of which 9 at most have two kinds of digits.
    expect(Math.max(...most)).toBeLessThanOrEqual(4);
    expect(most.filter(count => count <= 2).length).toBeGreaterThanOrEqual(91);
    // Shards are dealt at random: nobody's two are neighbours but by chance.
    expect(most.filter(count => count === 1).length).toBeLessThan(25);
  });

  it('by Dir(α) goes from one label a client to the mixture of all with growing α, sizes being equal', () => {
    const kindsOfAll = (alpha: number) => {
      const parts = partition(
        { kind: 'dirichlet', clients: 100, alpha },
        labels.length,
        { labels },
        uniform(),
      );
      expect(new Set(parts.map(({ length }) => length))).toEqual(new Set([600]));
      return parts.map(kinds).sort((a, b) => a - b);
    };
    // Whose label is used up takes of what is left.
    expect(kindsOfAll(1e-6).slice(0, 60)).toEqual(new Array(60).fill(1));
    const [few, median, many] = [0, 50, 99].map(client => kindsOfAll(1)[client]!);
    expect(few).toBeLessThan(3);
    expect(median).toBeGreaterThan(2);
    expect(median).toBeLessThan(8);
    expect(many).toBeGreaterThan(median!);
    expect(kindsOfAll(1e4)[10]).toBe(10);
  });

  it('by Dir(α) spreads a label as the distribution says: the variance of its share is p(1 − p)/(α + 1)', () => {
    const clients = 400;
    const halves = Array.from({ length: 400 * clients }, (_, i) => i % 2);
    const alpha = 8;
    const parts = partition(
      { kind: 'dirichlet', clients, alpha },
      halves.length,
      { labels: halves },
      uniform(),
    );
    // The last quarter of the clients may find a label used up.
    const shares = parts
      .slice(0, 300)
      .map(part => part.reduce((sum, i) => sum + halves[i]!, 0) / part.length);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    expect(mean).toBeCloseTo(0.5, 1);
    // 0.25/9 from the distribution and 0.25/400 from drawing 400 examples; a tenth off is three standard errors or so.
    expect(variance / (0.25 / (alpha + 1) + 0.25 / 400)).toBeGreaterThan(0.75);
    expect(variance / (0.25 / (alpha + 1) + 0.25 / 400)).toBeLessThan(1.3);
  });

  it('by quantity has sizes far apart for a small α, alike for a large one, and none below the least', () => {
    const sizes = (alpha: number) =>
      partition({ kind: 'quantity', clients: 20, alpha, least: 10 }, 10_000, {}, uniform())
        .map(({ length }) => length)
        .sort((a, b) => a - b);
    const skewed = sizes(0.1);
    expect(skewed[0]).toBe(10);
    expect(skewed.at(-1)!).toBeGreaterThan(2_000);
    const even = sizes(1e5);
    expect(even[0]!).toBeGreaterThan(480);
    expect(even.at(-1)!).toBeLessThan(520);
  });

  it('by time gives each client one stretch of it', () => {
    const times = [30, 10, 20, 40, 10];
    expect(partition({ kind: 'time', clients: 2 }, 5, { times }, uniform())).toEqual([
      Uint32Array.of(1, 4),
      Uint32Array.of(0, 2, 3),
    ]);
  });

  it.each<[string, PartitionSpec, string]>([
    ['a column that the data lack', { kind: 'user' }, 'data.column'],
    ['a column of another length', { kind: 'time', clients: 2 }, 'data.column'],
    ['more clients than examples', { kind: 'iid', clients: 5 }, 'config.invalid'],
    ['more shards than examples', { kind: 'shards', clients: 2, shardsPerClient: 3 }, 'config.invalid'],
    [
      'more examples for each than there are',
      { kind: 'quantity', clients: 2, alpha: 1, least: 3 },
      'config.invalid',
    ],
    ['no client', { kind: 'iid', clients: 0 }, 'config.invalid'],
    ['an α of 0', { kind: 'dirichlet', clients: 2, alpha: 0 }, 'config.invalid'],
  ])('is refused for %s', (_, how, code) => {
    expect(() => partition(how, 4, { labels: [0, 1, 2, 3], times: [1, 2] }, uniform())).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
