import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import type { GraphParameters } from '@murmuration/protocol/secagg/parameters';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cohort, number, planBytes, round, seed, task } from '../unit/protocol/secagg/cohort.ts';
import { runRound } from './secagg.ts';

interface Case {
  readonly parameters: GraphParameters;
  readonly losses: {
    shares: Set<number>;
    updates: Set<number>;
    agreement: Set<number>;
    unmasking: Set<number>;
  };
  readonly length: number;
  readonly width: number;
}

/** Mostly the lowest of its kind, since a high one leaves too few for most losses, and then nothing to compare. */
const thresholds = (min: number, max: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(min) }, { weight: 1, arbitrary: fc.integer({ min, max }) });

const graphs = fc.oneof(
  fc.integer({ min: 3, max: 12 }).chain(devices =>
    fc.record({
      graph: fc.constant('complete' as const),
      devices: fc.constant(devices),
      neighbours: fc.constant(devices - 1),
      threshold: thresholds(Math.floor((2 * devices) / 3) + 1, devices),
    }),
  ),
  fc.integer({ min: 6, max: 24 }).chain(devices =>
    fc.integer({ min: 1, max: Math.floor((devices - 2) / 2) }).chain(half =>
      fc.record({
        graph: fc.constant('harary' as const),
        devices: fc.constant(devices),
        neighbours: fc.constant(2 * half),
        threshold: thresholds(2, 2 * half),
      }),
    ),
  ),
);

const cases: fc.Arbitrary<Case> = graphs.chain(parameters => {
  const lost = fc.array(fc.nat(parameters.devices - 1), { maxLength: 2 }).map(numbers => new Set(numbers));
  return fc.record({
    parameters: fc.constant(parameters),
    losses: fc.record({ shares: lost, updates: lost, agreement: lost, unmasking: lost }),
    length: fc.integer({ min: 1, max: 140 }),
    width: fc.integer({ min: 2, max: 32 }),
  });
});

const updateOf = (number: number, length: number) =>
  Int32Array.from({ length }, (_, i) => Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(i, 0x85ebca6b));

const bytes = (value: Uint8Array) => Buffer.from(value).toString('hex');

/** Runs a case twice and compares; says whether the losses left enough to compare. */
function compare({ parameters, losses, length, width }: Case, primitives = native): 'recovered' | 'too few' {
  const cohort = new Cohort({ devices: parameters.devices, parameters, primitives, width });
  const inRing = (values: Int32Array) => Array.from(values, value => BigInt.asUintN(width, BigInt(value)));
  try {
    cohort.deal(i => losses.shares.has(i));
    if (cohort.dealings.size < parameters.devices - losses.shares.size) return 'too few'; // some were settled away
    cohort
      .take()
      .mask(
        i => updateOf(i, length),
        i => losses.updates.has(i),
      )
      .agree(i => losses.agreement.has(i))
      .reveal(i => losses.unmasking.has(i));
    const sum = cohort.unmask();

    const population = cohort.numbers.map(device => ({ identity: seed(1, device), root: seed(2, device) }));
    const updates = cohort.numbers.map(i => Array.from(updateOf(i, length), BigInt));
    const expected = runRound({
      task,
      round,
      number,
      plan: planBytes,
      complete: parameters.graph === 'complete',
      neighbours: parameters.neighbours,
      threshold: parameters.threshold,
      population,
      width,
      updates,
      losses,
    });
    for (const i of cohort.numbers) {
      expect(bytes(cohort.entered[i]!.message)).toBe(bytes(expected.keys[i]!));
      expect(bytes(writeRoster(cohort.graph, i))).toBe(bytes(expected.rosters[i]!));
      expect(bytes(cohort.dealt[i]!.message)).toBe(bytes(expected.dealings[i]!));
    }
    for (const i of cohort.held.keys()) {
      expect(bytes(writeBundle(cohort.graph, cohort.dealings, i))).toBe(bytes(expected.bundles[i]!));
    }
    for (const [i, { update }] of cohort.masked) {
      expect(inRing(update)).toEqual(expected.masked[i]);
    }
    expect(bytes(cohort.statement)).toBe(bytes(expected.statement));
    for (const [i, { state }] of cohort.masked)
      expect(bytes(state.message)).toBe(bytes(expected.signatures[i]!));
    for (const [i, { message }] of cohort.agreed) {
      expect(bytes(message)).toBe(bytes(expected.agreements[i]!));
      expect(bytes(cohort.agreedFor(i))).toBe(bytes(expected.agreed[i]!));
    }
    expect([...cohort.revealed.keys()]).toEqual(expected.revealers);
    for (const [i, { message }] of cohort.revealed) expect(bytes(message)).toBe(bytes(expected.reveals[i]!));

    const plain = Array.from({ length }, (_, i) =>
      BigInt.asUintN(
        width,
        expected.contributors.reduce((total, number) => total + updates[number]![i]!, 0n),
      ),
    );
    expect(expected.sum).toEqual(plain);
    expect(inRing(sum)).toEqual(plain);
    return 'recovered';
  } catch (error) {
    if (error instanceof MurmurationError && error.code === 'secagg.too-few') return 'too few';
    throw error;
  }
}

describe('the fast implementation and the reference agree', () => {
  test('SA1–SA14: all messages, masks and sums of random cohorts, graphs and losses at each stage', () => {
    let recovered = 0;
    fc.assert(
      fc.property(cases, chosen => {
        if (compare(chosen) === 'recovered') recovered++;
      }),
      { numRuns: 25 },
    );
    expect(recovered).toBeGreaterThan(5);
  });

  test('SA1: the portable primitives give the same round', () => {
    const parameters = { graph: 'harary', devices: 7, neighbours: 4, threshold: 2 } as const;
    const losses = {
      shares: new Set([1]),
      updates: new Set<number>(),
      agreement: new Set<number>(),
      unmasking: new Set([5]),
    };
    expect(compare({ parameters, losses, length: 133, width: 18 }, portable)).toBe('recovered');
  });
});
