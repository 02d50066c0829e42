import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { settleDealings, writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { readDealing, writeDealing } from '@murmuration/protocol/secagg/dealing';
import { pointOf } from '@murmuration/protocol/secagg/graph';
import { deriveSecrets } from '@murmuration/protocol/secagg/keys';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { parcelBytes, sealShares } from '@murmuration/protocol/secagg/sealed-share';
import { shareSecret } from '@murmuration/protocol/secagg/shamir';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { uniformIntegers } from '@murmuration/protocol/secagg/uniform';
import { type RecoveredSecret, Unmasking, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cohort, seed } from './cohort.ts';

const harary = { graph: 'harary', devices: 12, neighbours: 8, threshold: 4 } as const;
const cohortOf = () => new Cohort({ devices: 12, parameters: harary });
const updateOf = (number: number) => Int32Array.from({ length: 30 }, (_, i) => (number + 1) * (i - 15));
const sumOf = (numbers: Iterable<number>) => {
  const sum = new Int32Array(30);
  for (const number of numbers) {
    updateOf(number).forEach((value, i) => {
      sum[i]! += value;
    });
  }
  return sum;
};
const among =
  (...numbers: number[]) =>
  (number: number) =>
    numbers.includes(number);

describe('SA15: losses', () => {
  test.each([
    ['at shares', [3, 7], [], []],
    ['at updates', [], [0, 11], []],
    ['at unmasking', [], [], [5, 6]],
    ['at every stage', [1], [2], [3]],
    ['of the same device only', [4], [4], [4]],
  ])('%s are survived with an exact sum', (_, atShares, atUpdates, atUnmasking) => {
    const cohort = cohortOf()
      .deal(among(...atShares))
      .take()
      .mask(updateOf, among(...atUpdates))
      .agree()
      .reveal(among(...atUnmasking));
    const contributors = cohort.numbers.filter(i => !atShares.includes(i) && !atUpdates.includes(i));
    expect([...cohort.masked.keys()]).toEqual(contributors);
    expect(cohort.unmask()).toEqual(sumOf(contributors));
    expect(cohort.maskedSum()).not.toEqual(sumOf(contributors));
  });

  test('at two stages of a complete graph, where each device keeps a share of its own, are survived down to the threshold', () => {
    const cohort = new Cohort({ devices: 8 }).deal(among(0)).take().mask(updateOf, among(1)).agree().reveal();
    expect(cohort.graph.parameters).toMatchObject({ graph: 'complete', threshold: 6 });
    expect(cohort.unmask()).toEqual(sumOf([2, 3, 4, 5, 6, 7]));
  });

  test('down to the threshold: with exactly as many answers as needed the sum is exact, with one less it is not given', () => {
    const complete = () => new Cohort({ devices: 9 }).deal().take().mask(updateOf, among(8)); // threshold 7
    expect(complete().agree().reveal(among(0)).unmask()).toEqual(sumOf([0, 1, 2, 3, 4, 5, 6, 7]));
    expect(() => complete().agree().reveal(among(0, 1)).unmask()).toThrow(
      'secrets lack shares: too few devices answered. [secagg.too-few]',
    );
  });

  test('below the threshold at updates, no statement is made', () => {
    const neighbours = [...cohortOf().graph.neighbours[0]!];
    const lossy = cohortOf()
      .deal()
      .take()
      .mask(updateOf, among(...neighbours.slice(0, 5)));
    expect(() => lossy.agree().reveal()).toThrow(
      /3 devices that hold shares of device \d+ remain, and 4 are needed/,
    );
  });

  test('below the threshold at shares, the dealings of those who could not be recovered do not count', () => {
    const cohort = cohortOf();
    const lost = [...cohort.graph.neighbours[0]!].slice(0, 5);
    cohort.deal(among(...lost));
    expect(cohort.dealings.has(0)).toBe(false);
    for (const dealer of cohort.dealings.keys()) {
      const holders = [...cohort.graph.neighbours[dealer]!].filter(holder => cohort.dealings.has(holder));
      expect(holders.length).toBeGreaterThanOrEqual(4);
    }
  });

  test('any of any devices: either the sum is exact or the round says that too few remain', () => {
    const lost = fc.array(fc.nat(11), { maxLength: 4 });
    let exact = 0;
    fc.assert(
      fc.property(lost, lost, lost, (atShares, atUpdates, atUnmasking) => {
        const cohort = cohortOf().deal(among(...atShares));
        try {
          const sum = cohort
            .take()
            .mask(updateOf, among(...atUpdates))
            .agree()
            .reveal(among(...atUnmasking))
            .unmask();
          expect(sum).toEqual(sumOf(cohort.masked.keys()));
          exact++;
        } catch (error) {
          expect(error).toMatchObject({ code: 'secagg.too-few' });
        }
      }),
      { numRuns: 40 },
    );
    expect(exact).toBeGreaterThan(5);
  });
});

describe('SA8: a dealing', () => {
  const cohort = cohortOf().deal();
  const message = cohort.dealt[0]!.message;

  test.each([
    [
      'of another device',
      'The shares are not signed by their dealer for this round. [secagg.share]',
      (): unknown => readDealing(cohort.graph, 1, message),
    ],
    [
      'with a touched parcel',
      'The shares are not signed by their dealer for this round. [secagg.share]',
      () =>
        readDealing(
          cohort.graph,
          0,
          message.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
        ),
    ],
    [
      'with a touched signature',
      'The shares are not signed by their dealer for this round. [secagg.share]',
      () =>
        readDealing(
          cohort.graph,
          0,
          message.map((byte, i) => (i === message.length - 1 ? byte ^ 1 : byte)),
        ),
    ],
    [
      'that is too short',
      'Shares for 8 neighbours have 1056 bytes, not 936. [secagg.share]',
      () => readDealing(cohort.graph, 0, message.subarray(parcelBytes)),
    ],
    [
      'that is too long',
      'Shares for 8 neighbours have 1056 bytes, not 1176. [secagg.share]',
      () => readDealing(cohort.graph, 0, concatBytes(message, new Uint8Array(parcelBytes))),
    ],
  ])('%s is refused', (_, why, reading) => {
    expect(reading).toThrow(why);
  });

  test('reaches each neighbour as that neighbour alone can open it', () => {
    const settled = settleDealings(cohort.graph, cohort.dealings);
    for (const receiver of cohort.graph.neighbours[0]!) {
      const bundle = writeBundle(cohort.graph, settled, receiver);
      const slot = cohort.graph.neighbours[receiver]!.indexOf(0);
      const parcel = bundle.subarray(2 + slot * parcelBytes, 2 + (slot + 1) * parcelBytes);
      const own = 32 + cohort.graph.neighbours[0]!.indexOf(receiver) * parcelBytes;
      expect(parcel).toEqual(message.subarray(own, own + parcelBytes));
    }
  });
});

describe('SA15: a reveal', () => {
  const ready = () => cohortOf().deal().take().mask(updateOf, among(2)).agree().reveal();
  const unmaskingOf = (cohort: Cohort) => new Unmasking(cohort.graph, cohort.dealings, cohort.statement);

  test('with another share than was dealt is refused, and the others recover the secrets', () => {
    const cohort = ready();
    const unmasking = unmaskingOf(cohort);
    const forged = cohort.revealed.get(0)!.message.map((byte, i) => (i === 40 ? byte ^ 1 : byte));
    const missing = unmasking.missing;
    expect(() => unmasking.take(0, forged)).toThrow(
      /The revealed share of device \d+ is not the one that it dealt\. \[secagg\.share\]/,
    );
    for (const [i, { message }] of cohort.revealed) if (i !== 0) unmasking.take(i, message);
    expect(missing).toBe(12);
    expect(unmasking.missing).toBe(0);
    expect(unmasking.recover()).toHaveLength(12);
  });

  test('of the other kind of share, for the same dealer, is refused', () => {
    const cohort = cohortOf().deal().take().mask(updateOf, among(2)).agree().reveal();
    const other = cohortOf().deal().take().mask(updateOf).agree().reveal();
    const holder = cohort.graph.neighbours[2]![0]!;
    // What the holder would reveal if device 2 had contributed, under the heading of the statement that it was dropped.
    const mixed = concatBytes(
      cohort.revealed.get(holder)!.message.subarray(0, 33),
      other.revealed.get(holder)!.message.subarray(33),
    );
    expect(() => unmaskingOf(cohort).take(holder, mixed)).toThrow(
      'The revealed share of device 2 is not the one that it dealt. [secagg.share]',
    );
  });

  test('that is malformed, for another statement, or of a dropped device is refused', () => {
    const cohort = ready();
    const unmasking = unmaskingOf(cohort);
    const message = cohort.revealed.get(0)!.message;
    expect(() => unmasking.take(0, message.subarray(0, -1))).toThrow('[protocol.frame]');
    expect(() => unmasking.take(0, concatBytes(message, Uint8Array.of(0)))).toThrow(
      'The reveal is too long. [secagg.share]',
    );
    expect(() =>
      unmasking.take(
        0,
        message.map((byte, i) => (i === 0 ? byte ^ 1 : byte)),
      ),
    ).toThrow('The reveal answers another statement.');
    expect(() => unmasking.take(2, message)).toThrow('The device did not contribute to this sum.');
    expect(() => unmasking.take(12, message)).toThrow('The device did not contribute to this sum.');
    expect(unmasking.missing).toBe(12);
  });

  test('counts once', () => {
    const cohort = ready();
    const unmasking = unmaskingOf(cohort);
    for (let again = 0; again < 6; again++)
      for (const i of [0, 1, 3]) unmasking.take(i, cohort.revealed.get(i)!.message);
    expect(unmasking.missing).toBe(12);
    expect(() => unmasking.recover()).toThrow('12 secrets lack shares');
    for (const [i, { message }] of cohort.revealed) unmasking.take(i, message);
    expect(unmasking.missing).toBe(0);
  });
});

describe('SA15: a dealer that deals shares of something else than it signed is named', () => {
  /** A cohort in which one device deals shares of other secrets than it signed, all well formed and signed. */
  function cohortWithLiar(liar: number, contributes: boolean): Cohort {
    const cohort = cohortOf();
    cohort.deal();
    const own = deriveSecrets(cohort.context, cohort.entered[liar]!.root);
    const receivers = [...cohort.graph.neighbours[liar]!];
    const random = uniformIntegers(native, seed(6, 0));
    const [seeds, maskings] = [seed(7, 0), seed(8, 0)].map(other =>
      shareSecret(other, 4, receivers.map(pointOf), random),
    );
    const parcels = receivers.map((number, i) => {
      const receiver = cohort.graph.devices[number]!.sealing;
      const route = { from: liar, to: number, key: own.sealing.sealingKey(receiver) };
      return sealShares(cohort.graph.context, route, { seed: seeds![i]!, masking: maskings![i]! });
    });
    const message = writeDealing(
      cohort.graph.context,
      cohort.contexts[liar]!.identity,
      liar,
      own.seed,
      parcels,
    );
    cohort.dealings.set(liar, readDealing(cohort.graph, liar, message));
    return cohort
      .take()
      .mask(updateOf, among(...(contributes ? [] : [liar])))
      .agree()
      .reveal();
  }

  test.each([
    ['seed', true],
    ['masking secret', false],
  ])('of its %s', (_, contributes) => {
    expect(() => cohortWithLiar(4, contributes).unmask()).toThrow(
      'Device 4 dealt shares of another secret than it signed. [secagg.dealer]',
    );
  });
});

describe('unmasking in parts', () => {
  test('secrets are plain data, and their masks come off in any order and by any ranges', () => {
    const cohort = cohortOf().deal(among(9)).take().mask(updateOf, among(2, 3)).agree().reveal();
    const unmasking = new Unmasking(cohort.graph, cohort.dealings, cohort.statement);
    for (const [i, { message }] of cohort.revealed) unmasking.take(i, message);
    const jobs = structuredClone(unmasking.recover()).reverse() as RecoveredSecret[];
    expect(jobs.filter(({ kind }) => kind === 'seed')).toHaveLength(9);
    expect(jobs.filter(({ kind }) => kind === 'masking')).toHaveLength(2);
    for (const job of jobs) {
      if (job.kind === 'masking') expect(job.peers.every(number => cohort.masked.has(number))).toBe(true);
    }
    const sum = cohort.maskedSum();
    for (const [from, to] of [
      [17, 30],
      [0, 5],
      [5, 17],
    ] as const) {
      for (const job of jobs)
        applyMasks(native, sum, unmaskingMasks(cohort.graph.context, job), 32, from, to);
    }
    expect(sum).toEqual(sumOf(cohort.masked.keys()));
  });

  test('a statement of fewer than three contributors is refused', () => {
    const { graph, dealings } = cohortOf().deal();
    expect(() => writeStatement(12, dealings, new Set([0, 1]))).toThrow('[secagg.too-few]');
    expect(() => new Unmasking(graph, dealings, Uint8Array.of(0xff, 0x0f, 0x03, 0))).toThrow(
      '[secagg.too-few]',
    );
    expect(() => new Unmasking(graph, dealings, new Uint8Array(1))).toThrow('[secagg.statement]');
  });
});
