import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import { challengeMessage } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import { certify, isCertified } from '@murmuration/protocol/secagg/certificate';
import { type DeviceKeys, readKeys, writeKeys } from '@murmuration/protocol/secagg/keys';
import { dealShares, enterRound } from '@murmuration/protocol/secagg/participant';
import { readRoster } from '@murmuration/protocol/secagg/roster';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { MaskedGroup } from '@murmuration/rounds/masking/masked-round';
import { listedTokens } from '@murmuration/rounds/population/enrolment';
import { Population } from '@murmuration/rounds/population/population';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { Point } from '@noble/ed25519';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { Cohort, undemanding } from '../../unit/protocol/secagg/cohort.ts';
import { rosterOf } from './roster-of.ts';

const random = seededRandom(13);
const nonce = random(32);
const hexBytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** Keys that anybody can sign for, or that one side reads and another does not. */
const unsound = [
  ['the point that adds nothing', `01${'00'.repeat(31)}`],
  ['the same, of negative zero', `01${'00'.repeat(30)}80`],
  ['the point of order 2', `ec${'ff'.repeat(30)}7f`],
  ['the same, of negative zero', `ec${'ff'.repeat(31)}`],
  ['one of order 4', '00'.repeat(32)],
  ['the other of order 4', `${'00'.repeat(31)}80`],
  ['the first of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
  ['the second of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
  ['the third of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
  ['the fourth of order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
  ['a y of the size of the field', `ed${'ff'.repeat(30)}7f`],
  ['a y one beyond it', `ee${'ff'.repeat(30)}7f`],
  ['the largest y', 'ff'.repeat(32)],
] as const;

/** What passes for the signature of any message under the point that adds nothing: R = S · B. */
const universal = concatBytes(Point.BASE.toBytes(), Uint8Array.of(1, ...new Uint8Array(31)));

describe.each(unsound)('ED1: whoever takes %s for its key', (_, encoding) => {
  const key = hexBytes(encoding);

  test('is enrolled by no coordinator', async () => {
    const population = new Population(
      memoryDevices(),
      listedTokens(['token'], native),
      native,
      new VirtualClock(),
    );
    const message = { protocol: protocolVersion, publicKey: key, token: 'token', signature: universal };
    await expect(population.enrol(message, nonce)).rejects.toMatchObject({ code: 'device.key' });
    expect(population.size).toBe(0);
  });

  test.each([native, portable])('signs nothing', ({ ed25519 }) => {
    for (const message of [challengeMessage('enrol', nonce), challengeMessage('hello', nonce)])
      expect(ed25519.verify(key, message, universal)).toBe(false);
  });

  test('gets its keys into no round, and its line into no device', () => {
    const cohort = new Cohort({ devices: 40 });
    const { context, graph } = cohort;
    const forged: DeviceKeys = { ...graph.devices[7]!, identity: key, signature: universal };
    expect(() => readKeys(context, key, writeKeys(forged))).toThrow(
      'Other devices can sign for this identity as well. [secagg.keys]',
    );
    const { roster, self } = rosterOf(graph, 7, forged);
    expect(() => readRoster(context, self, undemanding, roster)).toThrow(
      'Other devices can sign for this identity as well. [secagg.keys]',
    );
  });

  test('is no authority, and no authority’s device', () => {
    const authority = native.ed25519.signingKey(random(32));
    const terms = { population: 'phones', lastDay: 1 };
    const pinned = { key, population: 'phones' };
    const certificate = concatBytes(Uint8Array.of(1, 0, 0, 0), universal);
    expect(isCertified(native, pinned, authority.publicKey, certificate, 0)).toBe(false);
    expect(isCertified(portable, pinned, authority.publicKey, certificate, 0)).toBe(false);
    const own = certify(native, authority, terms, authority.publicKey);
    expect(isCertified(native, { ...pinned, key: authority.publicKey }, authority.publicKey, own, 0)).toBe(
      true,
    );
  });
});

test('ED1: a device that was enrolled with such a key by an older coordinator is kept out, and the other 39 deal', () => {
  const assumptions = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' } as const;
  const { context } = new Cohort({ devices: 3 });
  const coordinator = new MaskedGroup(context, assumptions);
  const demands = { assumptions, smallestCohort: 39, smallestSum: 3, today: 0 };
  const devices = Array.from({ length: 40 }, (_, i) => {
    const own = { ...context, identity: native.ed25519.signingKey(random(32)), demands };
    return { own, state: enterRound(own, random(32)), assignment: `device-${i}` as AssignmentId };
  });
  const [attacker, ...others] = devices;
  const key = hexBytes(unsound[0][1]);
  const keys = concatBytes(attacker!.state.message.subarray(0, 64), universal);
  const owner = { publicKey: key, certificate: null };
  expect(() => coordinator.takeKeys(attacker!.assignment, owner, keys)).toThrow('[secagg.keys]');
  for (const { own, state, assignment } of others)
    coordinator.takeKeys(assignment, { publicKey: own.identity.publicKey, certificate: null }, state.message);
  const rosters = coordinator.drawGraph(others.map(({ assignment }) => assignment));
  for (const { own, state, assignment } of others)
    expect(() => dealShares(own, state, rosters.get(assignment)!)).not.toThrow();
});
