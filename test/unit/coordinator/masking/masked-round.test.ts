import { MaskedRound } from '@murmuration/coordinator/masking/masked-round';
import type { AssignmentId } from '@murmuration/protocol/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { dealShares, enterRound } from '@murmuration/protocol/secagg/participant';
import { expect, test } from 'vitest';
import { round, seed, task } from '../../protocol/secagg/cohort.ts';

const settings = { threat: 'semi-malicious', corrupt: 0, dropping: 0.2 } as const;
const context = { primitives: native, task, round };

/** A round of eight devices, of which so many deal; six have to, for their secrets to be recovered. */
function dealt(count: number) {
  const coordinator = new MaskedRound(context, { ...settings, graph: 'complete' });
  const devices = Array.from({ length: 8 }, (_, i) => {
    const identity = native.ed25519.signingKey(seed(1, i));
    const demands = { assumptions: settings, smallestCohort: 3, today: 0 };
    const own = { ...context, identity, demands };
    const state = enterRound(own, seed(2, i));
    const assignment = `device-${i}` as AssignmentId;
    coordinator.takeKeys(assignment, { publicKey: identity.publicKey, certificate: null }, state.message);
    return { assignment, own, state };
  });
  const members = devices.map(({ assignment }) => assignment);
  const rosters = coordinator.drawGraph(members);
  for (const { assignment, own, state } of devices.slice(0, count))
    coordinator.takeDealing(assignment, dealShares(own, state, rosters.get(assignment)!).message);
  return { members, bundles: coordinator.settle(members) };
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
