import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import {
  dealShares,
  enterRound,
  type InAgreement,
  maskUpdate,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { MaskedGroup } from '@murmuration/rounds/masking/masked-round';
import { describe, expect, it, test } from 'vitest';
import { bound, seed } from '../../../protocol/secagg/cohort.ts';

const settings = { threat: 'semi-malicious', corrupt: 0, dropping: 0.2 } as const;

/** A round of eight devices, of which so many deal; six have to, for their secrets to be recovered. */
function dealt(count: number) {
  const coordinator = new MaskedGroup(bound, { ...settings, graph: 'complete' });
  const devices = Array.from({ length: 8 }, (_, i) => {
    const identity = native.ed25519.signingKey(seed(1, i));
    const demands = { assumptions: settings, smallestCohort: 3, smallestSum: 3, today: 0 };
    const own = { ...bound, identity, demands };
    const state = enterRound(own, seed(2, i));
    const assignment = `device-${i}` as AssignmentId;
    coordinator.takeKeys(assignment, { publicKey: identity.publicKey, certificate: null }, state.message);
    return { assignment, own, state };
  });
  const members = devices.map(({ assignment }) => assignment);
  const rosters = coordinator.drawGraph(members);
  const dealers = devices.slice(0, count).map(({ assignment, own, state }) => {
    const next = dealShares(own, state, rosters.get(assignment)!);
    coordinator.takeDealing(assignment, next.message);
    return { assignment, own, state: next };
  });
  return { coordinator, members, dealers, bundles: coordinator.settle(members) };
}

test('those who dealt get a bundle, and nobody else', () => {
  const { members, bundles } = dealt(7);
  expect(members.map(member => bundles.has(member))).toEqual([...Array(7).fill(true), false]);
  expect(bundles.get(members[0]!)).toEqual(bundles.get(members[0]!));
  expect(bundles.get(members[7]!)).toBeUndefined();
});

test('nobody gets a bundle where so few dealt that no secret could be recovered', () => {
  const { members, bundles } = dealt(4);
  expect(members.filter(member => bundles.has(member))).toEqual([]);
});

/** All eight have dealt and masked. */
function masked() {
  const { coordinator, dealers, bundles } = dealt(8);
  const devices = dealers.map(({ assignment, own, state }) => {
    const ready = takeShares(own, state, bundles.get(assignment)!);
    return { assignment, own, state: maskUpdate(own, ready, new Int32Array(4), 32) };
  });
  return { coordinator, devices };
}

/** The first so many of them have sent their update, and the round is stated. */
function stated(contributors: number) {
  const { coordinator, devices } = masked();
  const all = devices.slice(0, contributors);
  for (const { assignment, state } of all) coordinator.takeUpdateSignature(assignment, state.message);
  const statement = coordinator.state(all.map(({ assignment }) => assignment));
  const agreeing = all.map(({ assignment, own, state }) => {
    const next = takeStatement(own, state, statement);
    if (next.phase !== 'unmasking') throw new Error(next.phase);
    return { assignment, own, state: next };
  });
  return { coordinator, devices, statement, agreeing };
}

const code = (code: string) => expect.objectContaining({ code });

describe('what a device signs with its update', () => {
  it('SA10: is taken, once or again, and no other', () => {
    const { coordinator, devices } = masked();
    const [{ assignment, state }, other] = devices as [(typeof devices)[0], (typeof devices)[0]];
    for (let time = 0; time < 2; time++) coordinator.takeUpdateSignature(assignment, state.message);
    expect(coordinator.updateSignature(assignment)).toEqual(state.message);
    for (const wrong of [undefined, other.state.message, new Uint8Array(64), state.message.subarray(1)])
      expect(() => coordinator.takeUpdateSignature(assignment, wrong)).toThrow(code('update.unsigned'));
    expect(coordinator.updateSignature(assignment)).toEqual(state.message);
    expect(coordinator.updateSignature(other.assignment)).toBeUndefined();
  });

  it('SA10: counts for the dealers that it names alone', () => {
    const { coordinator, devices } = masked();
    const { dealers, bundles } = dealt(7);
    const [{ assignment, own, state }] = dealers as [(typeof dealers)[0]];
    const ready = takeShares(own, state, bundles.get(assignment)!);
    const { message } = maskUpdate(own, ready, new Int32Array(4), 32) satisfies InAgreement;
    expect(() => coordinator.takeUpdateSignature(devices[0]!.assignment, message)).toThrow(
      code('update.unsigned'),
    );
  });

  it('belongs to a device of the graph', () => {
    const { coordinator, devices } = masked();
    const stranger = 'stranger' as AssignmentId;
    expect(() => coordinator.takeUpdateSignature(stranger, devices[0]!.state.message)).toThrow(
      code('assignment.unknown'),
    );
  });
});

describe('agreements to the statement', () => {
  it('SA13: are enough once each device that dealt has enough holders that agreed, and none counts twice', () => {
    const { coordinator, agreeing } = stated(7);
    const settled = agreeing.map(({ assignment, state }) => [
      coordinator.takeAgreement(assignment, state.message),
      coordinator.takeAgreement(assignment, state.message),
    ]);
    // All hold shares of all: six, the threshold, are enough.
    expect(settled.map(([first]) => first)).toEqual([false, false, false, false, false, true, true]);
    expect(settled.map(([, again]) => again)).toEqual(settled.map(([first]) => first));
  });

  it('SA13: are refused of another statement, of another device, and what was signed with the update', () => {
    const { coordinator, devices, agreeing } = stated(7);
    const other = stated(8).agreeing;
    const [{ assignment, state }] = agreeing as [(typeof agreeing)[0]];
    const wrong = [
      other[0]!.state.message,
      agreeing[1]!.state.message,
      devices[0]!.state.message,
      state.message.subarray(1),
      new Uint8Array(64),
    ];
    for (const message of wrong)
      expect(() => coordinator.takeAgreement(assignment, message)).toThrow(code('secagg.agreement'));
    expect(coordinator.hasAgreed(assignment)).toBe(false);
    expect(coordinator.takeAgreement(assignment, state.message)).toBe(false);
    expect(coordinator.hasAgreed(assignment)).toBe(true);
  });

  it('are kept as they came, whatever becomes of the memory in which they came', () => {
    const { coordinator, agreeing } = stated(7);
    const assignments = agreeing.map(({ assignment, state }) => {
      // Node hands out buffers, whose slices are views of the same memory.
      const received = Buffer.from(state.message);
      coordinator.takeAgreement(assignment, received);
      received.fill(0);
      return assignment;
    });
    const [{ own, state }] = agreeing as [(typeof agreeing)[0]];
    expect(() => revealShares(own, state, coordinator.agreedFor(assignments[0]!))).not.toThrow();
  });

  it('SA13: go to each device with the updates of those who are silent, which is enough for it to reveal', () => {
    const { coordinator, agreeing } = stated(7);
    const [first, ...others] = agreeing as [(typeof agreeing)[0], ...typeof agreeing];
    for (const { assignment, state } of agreeing.slice(0, 5))
      coordinator.takeAgreement(assignment, state.message);
    const reveal = () => revealShares(first.own, first.state, coordinator.agreedFor(first.assignment));
    expect(reveal).toThrow(code('secagg.agreement'));
    coordinator.takeAgreement(others[4]!.assignment, others[4]!.state.message);
    expect(reveal().phase).toBe('closing');
  });
});
