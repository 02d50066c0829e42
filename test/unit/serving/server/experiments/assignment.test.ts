import { createHash } from 'node:crypto';
import { armAt, assigned, hashed } from '@murmuration/serving/experiments/assignment';
import type { ServedExperiment } from '@murmuration/serving/experiments/experiment';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const arms = [
  { name: 'a', version: '1', share: 0.2 },
  { name: 'b', version: '2', share: 0.5 },
  { name: 'c', version: '3', share: 0.3 },
];

function experiment(rest: Partial<ServedExperiment> = {}): ServedExperiment {
  return {
    id: 'e',
    kind: 'split',
    key: { in: 'header', name: 'x-key' },
    salt: 'salt',
    layer: { salt: 'layer', from: 0, to: 1 },
    arms,
    ...rest,
  };
}

const keys = Array.from({ length: 40_000 }, (_, at) => `person ${at}`);
const counted = (parts: readonly (string | undefined)[]) => {
  const counts = new Map<string | undefined, number>();
  for (const part of parts) counts.set(part, (counts.get(part) ?? 0) + 1);
  return counts;
};
/** Four standard errors of a share of all keys. */
const around = (share: number, of = keys.length) => 4 * Math.sqrt((share * (1 - share)) / of);

describe('the position of a key', () => {
  it('is the first 48 bits of SHA-256 over salt, NUL and key, whatever process computes it', () => {
    const digest = createHash('sha256').update('salt\0Ada').digest('hex');
    const { position, unit } = hashed('salt', 'Ada');
    expect(position).toBe(Number.parseInt(digest.slice(0, 12), 16) / 2 ** 48);
    expect(unit).toBe(digest.slice(16, 32));
    expect(hashed('salt', 'Ada')).toEqual({ position, unit });
  });

  it('does not run together with another salt and key', () => {
    expect(hashed('a', 'bc').position).not.toBe(hashed('ab', 'c').position);
  });
});

describe('arms', () => {
  it('have exactly their share of all positions', () => {
    // To the last of 48 bits on both sides of each edge.
    const step = 2 ** -48;
    const edges = [
      [0, 'a'],
      [0.2 - step, 'a'],
      [0.2 + step, 'b'],
      [0.7 - step, 'b'],
      [0.7 + step, 'c'],
      [1 - step, 'c'],
    ] as const;
    for (const [position, name] of edges) expect(armAt(arms, position).name).toBe(name);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), position => {
        expect(armAt(arms, position).name).toBe(position < 0.2 ? 'a' : position < 0.7 ? 'b' : 'c');
      }),
    );
    // Shares whose sum is a rounding error below 1 leave no gap.
    const tenths = Array.from({ length: 10 }, (_, at) => ({ name: `${at}`, version: '1', share: 0.1 }));
    expect(armAt(tenths, 1 - step).name).toBe('9');
  });

  it('get their share of keys, and independent ones in each experiment', () => {
    const one = keys.map(key => assigned(experiment(), key)!.arm);
    const other = keys.map(key => assigned(experiment({ salt: 'pepper' }), key)!.arm);
    for (const { name, share } of arms) {
      expect(Math.abs(counted(one).get(name)! / keys.length - share)).toBeLessThan(around(share));
      // Of those who are in this arm, the other experiment has the same shares.
      const both = other.filter((_, at) => one[at] === name);
      for (const second of arms)
        expect(Math.abs(counted(both).get(second.name)! / both.length - second.share)).toBeLessThan(
          around(second.share, both.length),
        );
    }
  });

  it('keep a key when the share of a canary grows', () => {
    const at = (share: number) =>
      experiment({
        arms: [
          { name: 'champion', version: '1', share: 1 - share },
          { name: 'fresh', version: '2', share },
        ],
      });
    let before = new Set<string>();
    for (const share of [0.01, 0.1, 0.5]) {
      const fresh = new Set(keys.filter(key => assigned(at(share), key)!.arm === 'fresh'));
      for (const key of before) expect(fresh.has(key)).toBe(true);
      before = fresh;
    }
  });
});

describe('experiments of one layer', () => {
  it('share no key, and leave the rest alone', () => {
    const parts = [
      experiment({ id: 'x', layer: { salt: 'layer', from: 0, to: 0.3 } }),
      experiment({ id: 'y', salt: 'pepper', layer: { salt: 'layer', from: 0.3, to: 0.4 } }),
    ];
    const got = keys.map(key => parts.map(part => assigned(part, key)?.experiment).filter(each => each));
    expect(got.every(each => each.length <= 1)).toBe(true);
    const counts = counted(got.map(([each]) => each));
    for (const [id, share] of [
      ['x', 0.3],
      ['y', 0.1],
      [undefined, 0.6],
    ] as const)
      expect(Math.abs(counts.get(id)! / keys.length - share)).toBeLessThan(around(share));
  });
});
