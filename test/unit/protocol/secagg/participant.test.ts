import { inspect } from 'node:util';
import { concatBytes, hex } from '@murmuration/protocol/encoding/bytes';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { writeAgreed } from '@murmuration/protocol/secagg/agreement';
import { deriveSecrets } from '@murmuration/protocol/secagg/keys';
import {
  dealShares,
  forgetRound,
  type InShares,
  maskUpdate,
  type Participant,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { restoreParticipant, saveParticipant } from '@murmuration/protocol/secagg/saved-participant';
import { openShares, parcelBytes, sealShares } from '@murmuration/protocol/secagg/sealed-share';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { statementHash, writeStatement } from '@murmuration/protocol/secagg/statement';
import { Unmasking } from '@murmuration/protocol/secagg/unmasking';
import { describe, expect, test } from 'vitest';
import { bound, Cohort, seed } from './cohort.ts';

const harary = { graph: 'harary', devices: 9, neighbours: 6, threshold: 3 } as const;
const cohortOf = () => new Cohort({ devices: 9, parameters: harary });
const updateOf = (number: number) => Int32Array.from({ length: 20 }, (_, i) => number * 100 + i);
const everybody = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const statementOf = (...dropped: number[]) =>
  writeStatement(9, new Set(everybody), new Set(everybody.filter(number => !dropped.includes(number))));

describe('SA8: a share is bound to its graph, its sender and its receiver', () => {
  const context = { ...bound, graph: seed(9, 1) };
  const [a, b, c] = [0, 1, 2].map(device => deriveSecrets(bound, new Secret(seed(2, device))).sealing);
  const pair = { seed: new Uint8Array(36).fill(1), masking: new Uint8Array(36).fill(2) };
  const agreed = a!.sealingKey(b!.publicKey);
  const parcel = sealShares(context, { from: 3, to: 9, key: agreed }, pair);

  test('it opens where it belongs', () => {
    expect(parcel).toHaveLength(parcelBytes);
    expect(openShares(context, { from: 3, to: 9, key: b!.sealingKey(a!.publicKey) }, parcel)).toEqual(pair);
  });

  test.each([
    ['in another round', { ...context, round: 'S'.repeat(22) as RoundId }, 3, 9, agreed],
    ['for another plan', { ...context, plan: seed(9, 3) }, 3, 9, agreed],
    ['in another graph', { ...context, graph: seed(9, 2) }, 3, 9, agreed],
    ["as another sender's", context, 4, 9, agreed],
    ['for another receiver', context, 3, 8, agreed],
    ['the other way round', context, 9, 3, agreed],
    ['for whoever has another key', context, 3, 9, c!.sealingKey(a!.publicKey)],
  ] as const)('it does not open %s', (_, where, from, to, key) => {
    expect(openShares(where, { from, to, key }, parcel)).toBeUndefined();
  });

  test('it does not open when a bit of it, or of the hashes that its dealer signed, was touched', () => {
    for (let at = 0; at < parcel.length; at += 7) {
      const touched = parcel.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(openShares(context, { from: 3, to: 9, key: agreed }, touched)).toBeUndefined();
    }
  });
});

describe('SA9: taking shares', () => {
  test('a share that does not open is left out and reported, and the round goes on', () => {
    const cohort = cohortOf().deal();
    const [self, liar] = [0, cohort.graph.neighbours[0]![2]!];
    const bundle = writeBundle(cohort.graph, cohort.dealings, self);
    bundle[2 + 2 * parcelBytes + 50]! ^= 1; // in the box of the third neighbour
    const before = restoreParticipant(cohort.contexts[self]!, saveParticipant(cohort.dealt[self]!));
    cohort.take();
    const held = takeShares(cohort.contexts[self]!, before as InShares, bundle);
    expect(held.holdings.dealers.filter((_, i) => !held.holdings.opened[i])).toEqual([liar]);

    cohort.held.set(self, held);
    cohort.mask(updateOf);
    const { state, update } = cohort.masked.get(self)!;
    const restored = restoreParticipant(cohort.contexts[self]!, saveParticipant(state));
    if (restored.phase !== 'agreement') throw new Error(restored.phase);
    cohort.masked.set(self, { state: restored, update });
    cohort.agree().reveal();
    const unmasking = new Unmasking(cohort.graph, cohort.dealings, cohort.statement);
    expect(unmasking.take(self, cohort.revealed.get(self)!.message)).toEqual([liar]);
    expect(unmasking.take(1, cohort.revealed.get(1)!.message)).toEqual([]);
    expect(cohort.unmask()[0]).toBe(3600);
  });

  test('a malformed bundle is refused', () => {
    const cohort = cohortOf().deal();
    const bundle = writeBundle(cohort.graph, cohort.dealings, 0);
    const taking = (bundle: Uint8Array) => () => takeShares(cohort.contexts[0]!, cohort.dealt[0]!, bundle);
    expect(taking(bundle.subarray(0, -1))).toThrow('The frame ends 1 bytes early. [protocol.frame]');
    expect(taking(concatBytes(bundle, Uint8Array.of(0)))).toThrow(
      'The bundle of shares is too long. [secagg.share]',
    );
    expect(taking(new Uint8Array(0))).toThrow('[protocol.frame]');
    expect(taking(Uint8Array.of(0xff))).toThrow('[protocol.frame]');
    expect(taking(Uint8Array.of(0xff, 0xff))).toThrow('These bytes are not 9 flags. [protocol.frame]'); // flags of devices that are not there
    expect(taking(bundle.with(0, bundle[0]! ^ 1))).toThrow(
      'that this device dealt no shares. [secagg.share]',
    );
  });

  test('a device leaves where fewer boxes open than recover its secrets, though all are flagged', () => {
    const cohort = cohortOf().deal();
    const bundleOf = (good: number) => {
      const bundle = writeBundle(cohort.graph, cohort.dealings, 0);
      for (let i = good; i < 6; i++) bundle[2 + i * parcelBytes + 50]! ^= 1;
      return bundle;
    };
    const taking = (good: number) => () => takeShares(cohort.contexts[0]!, cohort.dealt[0]!, bundleOf(good));
    expect(taking(2)).toThrow('The shares of 2 devices opened, and 3 are needed. [secagg.too-few]');
    expect(taking(3)).not.toThrow();
  });
});

describe('SA11: masking', () => {
  test('hides every element, differently for every device, and a second one is impossible', () => {
    const cohort = cohortOf().deal().take();
    const state = cohort.held.get(0)!;
    const update = updateOf(0);
    maskUpdate(cohort.contexts[0]!, state, update, 32);
    expect(update.every((value, i) => value !== i)).toBe(true);
    const second = updateOf(7);
    expect(() => maskUpdate(cohort.contexts[0]!, state, second, 32)).toThrow('[secagg.erased]');
    expect(second).toEqual(updateOf(7));
  });

  test('leaves nothing in what is saved from which the masks could be computed again', () => {
    const cohort = cohortOf().deal().take();
    const secrets = deriveSecrets(cohort.context, new Secret(cohort.held.get(0)!.root.expose().slice()));
    const root = hex(cohort.held.get(0)!.root.expose());
    const saved = hex(saveParticipant(maskUpdate(cohort.contexts[0]!, cohort.held.get(0)!, updateOf(0), 32)));
    for (const secret of [root, hex(secrets.seed), hex(secrets.maskingSecret)])
      expect(saved).not.toContain(secret);
  });
});

const masked = () => cohortOf().deal().take().mask(updateOf);
const agreeing = (cohort: Cohort, statement: Uint8Array, number = 0) =>
  takeStatement(cohort.stating(number), cohort.masked.get(number)!.state, statement);

describe('SA12: a device signs one statement', () => {
  test('of its own dealers, that counts it and enough holders of its shares', () => {
    const cohort = masked();
    const [a, b, c, d] = [...cohort.graph.neighbours[0]!] as [number, number, number, number];
    expect(agreeing(cohort, statementOf(a, b, c)).phase).toBe('unmasking');
    expect(() => agreeing(cohort, statementOf(a, b, c, d))).toThrow(
      "2 holders of this device's shares were counted, and 3 are needed. [secagg.too-few]",
    );
    expect(() => agreeing(cohort, statementOf(0))).toThrow(
      'The update of this device was not counted. [secagg.statement]',
    );
    const others = writeStatement(9, new Set(everybody.slice(0, 8)), new Set(everybody.slice(0, 8)));
    expect(() => agreeing(cohort, others)).toThrow('other dealers than the bundle did. [secagg.statement]');
  });

  test('that is well formed', () => {
    const cohort = masked();
    for (const length of [0, 1, 2, 3, 5])
      expect(() => agreeing(cohort, new Uint8Array(length))).toThrow(
        'The statement is not about 9 devices. [secagg.statement]',
      );
    expect(() => agreeing(cohort, Uint8Array.of(0xff, 3, 0xff, 1))).toThrow('stray bits. [secagg.statement]');
    expect(() => agreeing(cohort, Uint8Array.of(0xff, 1, 0xff, 2))).toThrow('stray bits. [secagg.statement]');
    expect(() => agreeing(cohort, Uint8Array.of(0xfd, 1, 0xff, 1))).toThrow(
      'counts a device that did not deal. [secagg.statement]',
    );
    expect(() => agreeing(cohort, Uint8Array.of(0xff, 1, 3, 0))).toThrow(
      'The sum is of 2 updates, and 3 are the fewest. [secagg.too-few]',
    );
    expect(() => statementOf(2, 3, 4, 5, 6, 7, 8)).toThrow('[secagg.too-few]');
  });

  test('of as many updates as the app demands', () => {
    const cohort = masked();
    const { state } = cohort.masked.get(0)!;
    const context = cohort.stating(0);
    const demanding = { ...context, demands: { ...context.demands, smallestSum: 8 } };
    expect(() => takeStatement(demanding, state, statementOf(3, 4))).toThrow(
      'The sum is of 7 updates, and 8 are the fewest. [secagg.too-few]',
    );
    expect(takeStatement(demanding, state, statementOf(3)).phase).toBe('unmasking');
  });

  test('and no second one, also after a restart', () => {
    const cohort = masked();
    const agreed = agreeing(cohort, statementOf(3));
    const restored = restoreParticipant(cohort.stating(0), saveParticipant(agreed));
    for (const state of [agreed, restored]) {
      if (state.phase !== 'unmasking') throw new Error(state.phase);
      expect(() => takeStatement(cohort.stating(0), state, statementOf(4))).toThrow(
        'The coordinator stated something else about the survivors before. [secagg.statement]',
      );
      expect(takeStatement(cohort.stating(0), state, statementOf(3))).toBe(state);
      expect(hex(state.message)).toBe(hex(agreed.message));
    }
  });
});

describe('SA13: a device reveals when enough holders of its shares have agreed', () => {
  const agreed = () => masked().agree();
  const evidence = (cohort: Cohort) =>
    Array.from(cohort.graph.neighbours[0]!, number => cohort.evidenceOf(number));
  const revealing = (cohort: Cohort, message: Uint8Array) => () =>
    revealShares(cohort.stating(0), cohort.agreed.get(0)!, message);

  test('enough is the threshold: the others are evidenced by their updates', () => {
    const cohort = agreed();
    const [first, ...rest] = evidence(cohort);
    const updates = Array.from(cohort.graph.neighbours[0]!, number => ({
      kind: 'update' as const,
      signature: cohort.masked.get(number)!.state.message,
    }));
    const some = (agreements: number) =>
      writeAgreed([first!, ...rest].map((each, i) => (i < agreements ? each : updates[i])));
    expect(revealing(cohort, some(2))).toThrow('2 holders of this device');
    expect(revealing(cohort, some(2))).toThrow(
      "2 holders of this device's shares agree, and 3 are needed. [secagg.agreement]",
    );
    // What was refused changed nothing.
    expect(revealing(cohort, some(3))().phase).toBe('closing');
  });

  test('every signature has to be right, also those beyond the threshold', () => {
    const cohort = agreed();
    const good = cohort.agreedFor(0);
    for (let i = 0; i < 6; i++)
      expect(revealing(cohort, good.with(1 + 64 * i + 5, good[1 + 64 * i + 5]! ^ 1))).toThrow(
        '[secagg.agreement]',
      );
    const swapped = evidence(cohort).map((each, i, all) => (i < 2 ? all[1 - i] : each));
    expect(revealing(cohort, writeAgreed(swapped))).toThrow(
      'Neighbour 1 has not signed this statement. [secagg.agreement]',
    );
    // A signature of the update is none of the statement, and the other way round.
    expect(revealing(cohort, good.with(0, 0b111110))).toThrow(
      'Neighbour 1 has not signed an update with these dealers. [secagg.agreement]',
    );
    const asUpdates = evidence(cohort).map((each, i) =>
      i === 0
        ? { ...each!, signature: cohort.masked.get(cohort.graph.neighbours[0]![0]!)!.state.message }
        : each,
    );
    expect(revealing(cohort, writeAgreed(asUpdates))).toThrow('[secagg.agreement]');
    expect(revealing(cohort, good)().phase).toBe('closing');
  });

  test('the message has its exact length, and flags nobody who was not counted', () => {
    const cohort = cohortOf().deal().take();
    const lost = cohort.graph.neighbours[0]![1]!;
    cohort.mask(updateOf, number => number === lost).agree();
    const good = cohort.agreedFor(0);
    expect(good).toHaveLength(1 + 5 * 64);
    expect(revealing(cohort, good.with(0, good[0]! | 2))).toThrow('not counted is said to agree');
    expect(revealing(cohort, good.with(0, good[0]! | 64))).toThrow('stray bits');
    expect(revealing(cohort, good.subarray(1))).toThrow(
      'The agreements have another length than the statement calls for. [secagg.agreement]',
    );
    expect(revealing(cohort, concatBytes(good, Uint8Array.of(0)))).toThrow('[secagg.agreement]');
    expect(revealing(cohort, new Uint8Array(0))).toThrow('[secagg.agreement]');
    expect(revealing(cohort, good)().phase).toBe('closing');
  });
});

describe('SA14: revealing', () => {
  test('names one share for each dealer: of the seed of those counted, of the masking secret of the others', () => {
    const cohort = cohortOf().deal().take();
    const dropped = cohort.graph.neighbours[0]![1]!;
    cohort.mask(updateOf, number => number === dropped).agree();
    const { dealers, shares } = cohort.agreed.get(0)!.holdings;
    const before = shares.expose().slice();
    const { message } = revealShares(cohort.stating(0), cohort.agreed.get(0)!, cohort.agreedFor(0));
    const expected = dealers.map((dealer, i) =>
      before.subarray(72 * i + (dealer === dropped ? 36 : 0)).subarray(0, 36),
    );
    expect(hex(message.subarray(33))).toBe(hex(concatBytes(...expected)));
    expect(message[32]).toBe(0b111111);
    expect(hex(message.subarray(0, 32))).toBe(hex(statementHash(cohort.graph.context, cohort.statement)));
  });

  test('happens once: the same bytes again, for whatever is asked afterwards', () => {
    const cohort = masked().agree();
    const good = cohort.agreedFor(0);
    const first = revealShares(cohort.stating(0), cohort.agreed.get(0)!, good);
    expect(() => revealShares(cohort.stating(0), cohort.agreed.get(0)!, good)).toThrow('[secagg.erased]');
    const restored = restoreParticipant(cohort.stating(0), saveParticipant(first));
    if (restored.phase !== 'closing') throw new Error(restored.phase);
    for (const state of [first, restored]) {
      expect(revealShares(cohort.stating(0), state, good).message).toEqual(first.message);
      expect(takeStatement(cohort.stating(0), state, cohort.statement)).toBe(state);
      expect(() => takeStatement(cohort.stating(0), state, statementOf(3))).toThrow('[secagg.statement]');
    }
  });

  test('follows at once on the statement of a coordinator that is honest but curious', () => {
    const curious = new Cohort({ devices: 9, parameters: harary, agrees: false });
    curious.deal().take().mask(updateOf).agree();
    expect(curious.agreed.size).toBe(0);
    expect(curious.unmask()[0]).toBe(3600);
  });
});

describe('a device that restarts', () => {
  /** A device in each phase. */
  function phases(complete: boolean) {
    const cohort = complete ? new Cohort({ devices: 5 }) : cohortOf();
    const updates = cohort.deal().take().held.get(0)!;
    const saved = saveParticipant(updates);
    const agreement = maskUpdate(cohort.contexts[0]!, updates, updateOf(0), 32);
    cohort.masked.set(0, { state: agreement, update: updateOf(0) });
    for (const i of cohort.numbers.slice(1))
      cohort.masked.set(i, {
        state: maskUpdate(cohort.contexts[i]!, cohort.held.get(i)!, updateOf(i), 32),
        update: updateOf(i),
      });
    const savedAgreement = saveParticipant(agreement);
    cohort.agree();
    const { statement } = cohort;
    const unmasking = cohort.agreed.get(0)!;
    const savedUnmasking = saveParticipant(unmasking);
    const agreed = cohort.agreedFor(0);
    const closing = revealShares(cohort.stating(0), unmasking, agreed);
    const fresh = complete ? new Cohort({ devices: 5 }) : cohortOf();
    fresh.deal();
    return {
      cohort,
      statement,
      agreed,
      saved: {
        keys: saveParticipant(fresh.entered[0]!),
        shares: saveParticipant(fresh.dealt[0]!),
        updates: saved,
        agreement: savedAgreement,
        unmasking: savedUnmasking,
        closing: saveParticipant(closing),
      },
      messages: {
        keys: fresh.entered[0]!.message,
        shares: fresh.dealt[0]!.message,
        agreement: agreement.message,
        unmasking: unmasking.message,
        closing: closing.message,
      },
    };
  }

  test.each([
    ['a Harary graph', false],
    ['a complete graph', true],
  ])('sends the same bytes and continues in every phase, in %s', (_, complete) => {
    const { cohort, statement, agreed, saved, messages } = phases(complete);
    const restore = (bytes: Uint8Array) => restoreParticipant(cohort.stating(0), bytes);
    for (const [phase, bytes] of Object.entries(saved)) {
      const restored = restoreParticipant(cohort.contexts[0]!, bytes);
      expect(restored.phase).toBe(phase);
      expect(saveParticipant(restored)).toEqual(bytes);
      if ('message' in restored) expect(restored.message).toEqual(messages[restored.phase]);
    }
    const updates = restoreParticipant(cohort.contexts[0]!, saved.updates);
    if (updates.phase !== 'updates') throw new Error(updates.phase);
    const update = updateOf(0);
    expect(saveParticipant(maskUpdate(cohort.contexts[0]!, updates, update, 32))).toEqual(saved.agreement);
    expect(update).toEqual(restoredMask(cohort));
    const agreement = restore(saved.agreement);
    if (agreement.phase !== 'agreement') throw new Error(agreement.phase);
    expect(saveParticipant(takeStatement(cohort.stating(0), agreement, statement))).toEqual(saved.unmasking);
    const unmasking = restore(saved.unmasking);
    if (unmasking.phase !== 'unmasking') throw new Error(unmasking.phase);
    expect(revealShares(cohort.stating(0), unmasking, agreed).message).toEqual(messages.closing);
  });

  const restoredMask = (cohort: Cohort) => {
    const again = new Cohort({ devices: cohort.numbers.length, parameters: cohort.graph.parameters });
    again.deal().take();
    const update = updateOf(0);
    maskUpdate(again.contexts[0]!, again.held.get(0)!, update, 32);
    return update;
  };

  test('bytes that are no saved participant are refused', () => {
    const { cohort, saved } = phases(false);
    const restoring = (bytes: Uint8Array) => () => restoreParticipant(cohort.contexts[0]!, bytes);
    expect(restoring(Uint8Array.of(9))).toThrow('These bytes are not a saved participant. [protocol.frame]');
    expect(restoring(new Uint8Array(0))).toThrow('[protocol.frame]');
    expect(restoring(saved.updates.subarray(0, 100))).toThrow('[protocol.frame]');
    expect(restoring(saved.unmasking.subarray(0, -1))).toThrow('[protocol.frame]');
  });
});

describe('SA16: secrets', () => {
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
