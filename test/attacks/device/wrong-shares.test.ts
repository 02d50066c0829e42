import type { AssignmentId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import type { RoundContext } from '@murmuration/protocol/secagg/context';
import { writeDealing } from '@murmuration/protocol/secagg/dealing';
import { keyBytes, signatureBytes } from '@murmuration/protocol/secagg/keys';
import {
  dealShares,
  enterRound,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { graphContext } from '@murmuration/protocol/secagg/roster';
import { parcelBytes } from '@murmuration/protocol/secagg/sealed-share';
import { MaskedGroup } from '@murmuration/rounds/masking/masked-round';
import { expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';

const settings = { threat: 'semi-malicious', corrupt: 0, dropping: 0.2 } as const;
const random = seededRandom(1);
const context: RoundContext = {
  primitives: native,
  task: 'line' as TaskName,
  round: 'r'.repeat(22) as RoundId,
  plan: random(32),
};

/** Eight devices on a complete graph who have come to reveal; `deal` changes what the first one deals. */
function revealing(deal: (own: ParticipantContext, state: ReturnType<typeof dealShares>) => Uint8Array) {
  const coordinator = new MaskedGroup(context, { ...settings, graph: 'complete' });
  const entered = Array.from({ length: 8 }, (_, i) => {
    const identity = native.ed25519.signingKey(random(32));
    const demands = { assumptions: settings, smallestCohort: 3, smallestSum: 3, today: 0 };
    const own: ParticipantContext = { ...context, identity, demands };
    const assignment = `device-${i}` as AssignmentId;
    const state = enterRound(own, random(32));
    coordinator.takeKeys(assignment, { publicKey: identity.publicKey, certificate: null }, state.message);
    return { own, assignment, state };
  });
  const members = entered.map(({ assignment }) => assignment);
  const rosters = coordinator.drawGraph(members);
  const dealt = entered.map(({ own, assignment, state }, i) => {
    const next = dealShares(own, state, rosters.get(assignment)!);
    coordinator.takeDealing(assignment, i === 0 ? deal(own, next) : next.message);
    return { own, assignment, state: next };
  });
  const bundles = coordinator.settle(members);
  const masked = dealt.map(({ own, assignment, state }) => {
    const next = maskUpdate(own, takeShares(own, state, bundles.get(assignment)!), new Int32Array(4), 32);
    coordinator.takeUpdateSignature(assignment, next.message);
    return { own, assignment, state: next };
  });
  const statement = coordinator.state(members);
  const agreeing = masked.map(({ own, assignment, state }) => {
    const next = takeStatement(own, state, statement);
    if (next.phase !== 'unmasking') throw new Error(next.phase);
    coordinator.takeAgreement(assignment, next.message);
    return { own, assignment, state: next };
  });
  const reveals = agreeing.map(({ own, assignment, state }) => ({
    assignment,
    message: revealShares(own, state, coordinator.agreedFor(assignment)).message,
  }));
  return { coordinator, reveals };
}

/** What an action is refused with, and of whom that proves a misdeed. */
function convictedOf(coordinator: MaskedGroup, action: () => unknown) {
  try {
    action();
  } catch (error) {
    return { code: (error as { code: string }).code, culprits: coordinator.culprits(error) };
  }
  throw new Error('It was taken.');
}

it('a device that reveals another share than was dealt to it is convicted, and nobody else', () => {
  const { coordinator, reveals } = revealing((_, { message }) => message);
  const [{ assignment, message }] = reveals as [(typeof reveals)[0]];
  const wrong = message.with(-1, message.at(-1)! ^ 1);
  expect(convictedOf(coordinator, () => coordinator.takeReveal(assignment, wrong))).toEqual({
    code: 'secagg.share',
    culprits: [assignment],
  });
  // Its true reveal is taken still, and proves nothing.
  for (const each of reveals) coordinator.takeReveal(each.assignment, each.message);
  expect(coordinator.recover()).toHaveLength(8);
});

it('a device whose reveal is malformed is refused, and convicted of nothing', () => {
  const { coordinator, reveals } = revealing((_, { message }) => message);
  const [{ assignment, message }] = reveals as [(typeof reveals)[0]];
  for (const wrong of [message.with(0, message[0]! ^ 1), Buffer.concat([message, message])])
    expect(convictedOf(coordinator, () => coordinator.takeReveal(assignment, wrong))).toEqual({
      code: 'secagg.share',
      culprits: [],
    });
});

it('a device that deals shares of another secret than it signed is convicted, and nobody else', () => {
  const { coordinator, reveals } = revealing((own, { message, neighbourhood }) => {
    const body = message.subarray(keyBytes, message.length - signatureBytes);
    const parcels = Array.from({ length: body.length / parcelBytes }, (_, i) =>
      body.subarray(i * parcelBytes, (i + 1) * parcelBytes),
    );
    return writeDealing(
      graphContext(own, neighbourhood),
      own.identity,
      neighbourhood.self,
      random(32),
      parcels,
    );
  });
  for (const each of reveals) coordinator.takeReveal(each.assignment, each.message);
  expect(convictedOf(coordinator, () => coordinator.recover())).toEqual({
    code: 'secagg.dealer',
    culprits: [reveals[0]!.assignment],
  });
});
