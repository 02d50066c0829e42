import { inspect } from 'node:util';
import { concatBytes, hex } from '@murmuration/protocol/bytes';
import type { RoundId } from '@murmuration/protocol/ids';
import { native } from '@murmuration/protocol/primitives/node';
import type { AgreementKey } from '@murmuration/protocol/primitives/primitives';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { deriveSecrets } from '@murmuration/protocol/secagg/keys';
import {
  dealShares,
  forgetRound,
  type InShares,
  maskUpdate,
  type Participant,
  revealShares,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { restoreParticipant, saveParticipant } from '@murmuration/protocol/secagg/saved-participant';
import { openShares, parcelBytes, sealShares } from '@murmuration/protocol/secagg/sealed-share';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { Unmasking } from '@murmuration/protocol/secagg/unmasking';
import { describe, expect, test } from 'vitest';
import { Cohort, round, seed, task } from './cohort.ts';

const harary = { graph: 'harary', devices: 9, neighbours: 6, threshold: 3 } as const;
const cohortOf = () => new Cohort({ devices: 9, parameters: harary });
const updateOf = (number: number) => Int32Array.from({ length: 20 }, (_, i) => number * 100 + i);
const statementOf = (...dropped: number[]) =>
  writeStatement(9, new Set([0, 1, 2, 3, 4, 5, 6, 7, 8].filter(number => !dropped.includes(number))));

describe('SA8: a share is bound to its round, its sender and its receiver', () => {
  const context = { primitives: native, task, round };
  const [a, b, c] = [0, 1, 2].map(device => deriveSecrets(context, new Secret(seed(2, device))).sealing);
  const pair = { seed: new Uint8Array(36).fill(1), masking: new Uint8Array(36).fill(2) };
  const parcel = sealShares(
    context,
    { sender: a!.publicKey, receiver: b!.publicKey, key: a!.sealingKey(b!.publicKey) },
    pair,
  );
  const route = (sender: Uint8Array, receiver: AgreementKey) => ({
    sender,
    receiver: receiver.publicKey,
    key: receiver.sealingKey(sender),
  });

  test('it opens where it belongs', () => {
    expect(parcel).toHaveLength(parcelBytes);
    expect(openShares(context, route(a!.publicKey, b!), parcel)).toEqual(pair);
  });

  test.each([
    ['in another round', { ...context, round: 'S'.repeat(22) as RoundId }, a!.publicKey, b!],
    ["as another sender's", context, c!.publicKey, b!],
    ['for another receiver', context, a!.publicKey, c!],
    ['the other way round', context, b!.publicKey, a!],
  ] as const)('it does not open %s', (_, where, sender, receiver) => {
    expect(openShares(where, route(sender, receiver), parcel)).toBeUndefined();
  });

  test('it does not open when a bit of it, or of the hashes that its dealer signed, was touched', () => {
    for (let at = 0; at < parcel.length; at += 7) {
      const touched = parcel.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(openShares(context, route(a!.publicKey, b!), touched)).toBeUndefined();
    }
  });
});

describe('SA9: taking shares', () => {
  test('a share that does not open is left out and reported, and the round goes on', () => {
    const cohort = cohortOf().deal();
    const [self, liar] = [0, cohort.graph.neighbours[0]![2]!];
    const bundle = writeBundle(cohort.graph, cohort.dealings, self);
    bundle[1 + 2 * parcelBytes + 50]! ^= 1; // in the box of the third neighbour
    const before = restoreParticipant(cohort.contexts[self]!, saveParticipant(cohort.dealt[self]!));
    cohort.take();
    const held = takeShares(cohort.contexts[self]!, before as InShares, bundle);
    expect(held.holdings.dealers.filter((_, i) => !held.holdings.opened[i])).toEqual([liar]);

    cohort.held.set(self, held);
    cohort.mask(updateOf);
    const { state, update } = cohort.masked.get(self)!;
    const restored = restoreParticipant(cohort.contexts[self]!, saveParticipant(state));
    if (restored.phase !== 'unmasking') throw new Error(restored.phase);
    cohort.masked.set(self, { state: restored, update });
    cohort.reveal();
    const unmasking = new Unmasking(cohort.graph, cohort.dealings, cohort.statement);
    expect(unmasking.take(self, cohort.revealed.get(self)!.message)).toEqual([liar]);
    expect(unmasking.take(1, cohort.revealed.get(1)!.message)).toEqual([]);
    expect(cohort.unmask()[0]).toBe(3600);
  });

  test('a malformed bundle is refused', () => {
    const cohort = cohortOf().deal();
    const bundle = writeBundle(cohort.graph, cohort.dealings, 0);
    const taking = (bundle: Uint8Array) => () => takeShares(cohort.contexts[0]!, cohort.dealt[0]!, bundle);
    expect(taking(bundle.subarray(0, -1))).toThrow('[protocol.frame]');
    expect(taking(concatBytes(bundle, Uint8Array.of(0)))).toThrow('[secagg.share]');
    expect(taking(new Uint8Array(0))).toThrow('[protocol.frame]');
    expect(taking(Uint8Array.of(0xff))).toThrow('[protocol.frame]'); // a flag for a neighbour that is not there
  });

  test('a device leaves where fewer neighbours dealt than recover its secrets', () => {
    const cohort = cohortOf().deal();
    const bundleOf = (dealers: number) => {
      const some = [...cohort.graph.neighbours[0]!].slice(0, dealers);
      return writeBundle(cohort.graph, new Map(some.map(i => [i, cohort.dealings.get(i)!])), 0);
    };
    const taking = (dealers: number) => () =>
      takeShares(cohort.contexts[0]!, cohort.dealt[0]!, bundleOf(dealers));
    expect(taking(2)).toThrow('2 devices hold shares, and 3 are needed. [secagg.too-few]');
    expect(taking(3)).not.toThrow();
  });
});

describe('SA11: masking', () => {
  test('hides every element, differently for every device, and a second one is impossible', () => {
    const cohort = cohortOf().deal().take();
    const state = cohort.held.get(0)!;
    const update = updateOf(0);
    maskUpdate(cohort.contexts[0]!, state, update);
    expect(update.every((value, i) => value !== i)).toBe(true);
    const second = updateOf(7);
    expect(() => maskUpdate(cohort.contexts[0]!, state, second)).toThrow('[secagg.erased]');
    expect(second).toEqual(updateOf(7));
  });

  test('leaves nothing in what is saved from which the masks could be computed again', () => {
    const cohort = cohortOf().deal().take();
    const secrets = deriveSecrets(cohort.context, new Secret(cohort.held.get(0)!.root.expose().slice()));
    const root = hex(cohort.held.get(0)!.root.expose());
    const saved = hex(saveParticipant(maskUpdate(cohort.contexts[0]!, cohort.held.get(0)!, updateOf(0))));
    for (const secret of [root, hex(secrets.seed), hex(secrets.maskingSecret)])
      expect(saved).not.toContain(secret);
  });
});

describe('SA13: revealing', () => {
  const masked = () => cohortOf().deal().take().mask(updateOf);
  const revealOf = (cohort: Cohort, statement: Uint8Array, number = 0) =>
    revealShares(cohort.contexts[number]!, cohort.masked.get(number)!.state, statement);

  test('names one share for each dealer: of the masking secret of the dropped, of the seed of the others', () => {
    const cohort = masked();
    const dealers = cohort.masked.get(0)!.state.holdings.dealers;
    const shares = cohort.masked.get(0)!.state.holdings.shares.expose().slice();
    const dropped = dealers[1]!;
    const { message } = revealOf(cohort, statementOf(dropped));
    const expected = dealers.map((dealer, i) =>
      shares.subarray(72 * i + (dealer === dropped ? 36 : 0)).subarray(0, 36),
    );
    expect(hex(message.subarray(33))).toBe(hex(concatBytes(...expected)));
    expect(message[32]).toBe(0b111111);
  });

  test('answers the same statement with the same bytes, and refuses another one', () => {
    const cohort = masked();
    const first = revealOf(cohort, statementOf(3));
    expect(() => revealOf(cohort, statementOf(4))).toThrow('[secagg.erased]'); // from the state before
    expect(revealShares(cohort.contexts[0]!, first, statementOf(3)).message).toEqual(first.message);
    expect(() => revealShares(cohort.contexts[0]!, first, statementOf(4))).toThrow('[secagg.statement]');
    const restored = restoreParticipant(cohort.contexts[0]!, saveParticipant(first));
    if (restored.phase !== 'closing') throw new Error(restored.phase);
    expect(() => revealShares(cohort.contexts[0]!, restored, statementOf())).toThrow('[secagg.statement]');
    expect(revealShares(cohort.contexts[0]!, restored, statementOf(3)).message).toEqual(first.message);
  });

  test('reveals nothing where fewer survive than the threshold, however they were lost', () => {
    const cohort = masked();
    const [a, b, c, d, e, f] = [...cohort.graph.neighbours[0]!] as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    expect(() => revealOf(cohort, statementOf(a, b, c, d))).toThrow(
      '2 neighbours survive, and 3 are needed. [secagg.too-few]',
    );
    expect(revealOf(cohort, statementOf(a, b, c)).phase).toBe('closing');

    const lossy = cohortOf()
      .deal(i => i === a || i === b)
      .take()
      .mask(updateOf);
    expect(() => revealOf(lossy, statementOf(a, b, e, f))).toThrow('[secagg.too-few]');
    expect(revealOf(lossy, statementOf(a, b, f)).phase).toBe('closing');
  });

  test('reveals nothing to a statement that is malformed, names this device, or leaves fewer than three', () => {
    const cohort = masked();
    expect(() => revealOf(cohort, statementOf(0))).toThrow(
      'The update of this device was not counted. [secagg.statement]',
    );
    expect(() => revealOf(cohort, new Uint8Array(1))).toThrow('[secagg.statement]');
    expect(() => revealOf(cohort, new Uint8Array(3))).toThrow('[secagg.statement]');
    expect(() => revealOf(cohort, Uint8Array.of(0, 2))).toThrow('[protocol.frame]');
    expect(() => revealOf(cohort, Uint8Array.of(0xfc, 1))).toThrow(
      'A sum of 2 updates says too much of each of them.',
    );
    expect(() => statementOf(2, 3, 4, 5, 6, 7, 8)).toThrow('[secagg.too-few]');
  });
});

describe('a device that restarts', () => {
  /** A device in each phase. */
  function phases(complete: boolean) {
    const cohort = complete ? new Cohort({ devices: 5 }) : cohortOf();
    const updates = cohort.deal().take().held.get(0)!;
    const saved = saveParticipant(updates);
    const unmasking = maskUpdate(cohort.contexts[0]!, updates, updateOf(0));
    const savedUnmasking = saveParticipant(unmasking);
    const statement = writeStatement(cohort.numbers.length, new Set(cohort.numbers));
    const closing = revealShares(cohort.contexts[0]!, unmasking, statement);
    const fresh = complete ? new Cohort({ devices: 5 }) : cohortOf();
    fresh.deal();
    return {
      cohort,
      statement,
      saved: {
        keys: saveParticipant(fresh.entered[0]!),
        shares: saveParticipant(fresh.dealt[0]!),
        updates: saved,
        unmasking: savedUnmasking,
        closing: saveParticipant(closing),
      },
      messages: {
        keys: fresh.entered[0]!.message,
        shares: fresh.dealt[0]!.message,
        closing: closing.message,
      },
    };
  }

  test.each([
    ['a Harary graph', false],
    ['a complete graph', true],
  ])('sends the same bytes and continues in every phase, in %s', (_, complete) => {
    const { cohort, statement, saved, messages } = phases(complete);
    const restore = (bytes: Uint8Array) => restoreParticipant(cohort.contexts[0]!, bytes);
    for (const [phase, bytes] of Object.entries(saved)) {
      const restored = restore(bytes);
      expect(restored.phase).toBe(phase);
      expect(saveParticipant(restored)).toEqual(bytes);
      if ('message' in restored) expect(restored.message).toEqual(messages[restored.phase]);
    }
    const updates = restore(saved.updates);
    if (updates.phase !== 'updates') throw new Error(updates.phase);
    const masked = updateOf(0);
    expect(saveParticipant(maskUpdate(cohort.contexts[0]!, updates, masked))).toEqual(saved.unmasking);
    expect(masked).toEqual(restoredMask(cohort));
    const unmasking = restore(saved.unmasking);
    if (unmasking.phase !== 'unmasking') throw new Error(unmasking.phase);
    expect(revealShares(cohort.contexts[0]!, unmasking, statement).message).toEqual(messages.closing);
  });

  const restoredMask = (cohort: Cohort) => {
    const again = new Cohort({ devices: cohort.numbers.length, parameters: cohort.graph.parameters });
    again.deal().take();
    const update = updateOf(0);
    maskUpdate(again.contexts[0]!, again.held.get(0)!, update);
    return update;
  };

  test('bytes that are no saved participant are refused', () => {
    const { cohort, saved } = phases(false);
    const restoring = (bytes: Uint8Array) => () => restoreParticipant(cohort.contexts[0]!, bytes);
    expect(restoring(Uint8Array.of(9))).toThrow('[protocol.frame]');
    expect(restoring(new Uint8Array(0))).toThrow('[protocol.frame]');
    expect(restoring(saved.updates.subarray(0, 100))).toThrow('[protocol.frame]');
    expect(restoring(saved.unmasking.subarray(0, -1))).toThrow('[protocol.frame]');
  });
});

describe('SA15: secrets', () => {
  const cohort = cohortOf().deal();
  const boxKeys = new Secret(cohort.dealt[0]!.boxKeys.expose().slice());
  const dealt = { ...cohort.dealt[0]!, boxKeys };
  cohort.take();
  const states: Participant[] = [cohort.entered[0]!, dealt, cohort.held.get(0)!];
  const secrets = [cohort.entered[0]!.root, boxKeys, cohort.held.get(0)!.holdings.shares].map(secret =>
    secret.expose().slice(),
  );

  test.each(['keys', 'shares', 'updates'])(
    'are not in what is printed, inspected or serialised of the phase %s',
    phase => {
      const state = states.find(state => state.phase === phase)!;
      const shown = [
        inspect(state, { depth: 10, showHidden: true }),
        JSON.stringify(state),
        `${'root' in state && state.root}`,
      ];
      for (const text of shown) expect(text).toContain('[secret]');
      for (const secret of secrets) {
        const first = secret.subarray(0, 12);
        const forms = [
          first.join(','),
          first.join(', '),
          hex(first),
          Buffer.from(first).toString('base64').slice(0, 15),
        ];
        const keyed = [...first].map((byte, i) => `"${i}":${byte}`).join();
        for (const form of [...forms, keyed]) for (const text of shown) expect(text).not.toContain(form);
      }
    },
  );

  test('the keys of the boxes are overwritten once the bundle is taken, or the device leaves before', () => {
    const [leaving, taking] = [cohortOf().deal(), cohortOf().deal()];
    for (const [cohort, end] of [
      [leaving, () => forgetRound(leaving.dealt[0]!)],
      [taking, () => taking.take()],
    ] as const) {
      const bytes = cohort.dealt[0]!.boxKeys.expose();
      expect(bytes.some(byte => byte !== 0)).toBe(true);
      end();
      expect(bytes.every(byte => byte === 0)).toBe(true);
    }
  });

  test('are overwritten when the round is forgotten', () => {
    const { root, holdings } = cohort.held.get(0)!;
    const bytes = [root.expose(), holdings.shares.expose()];
    forgetRound(cohort.held.get(0)!);
    expect(bytes.every(secret => secret.every(byte => byte === 0))).toBe(true);
    expect(() => root.expose()).toThrow('[secagg.erased]');
    expect(() => dealShares(cohort.contexts[0]!, cohort.entered[0]!, cohort.dealt[0]!.roster)).toThrow(
      '[secagg.erased]',
    );
  });
});
