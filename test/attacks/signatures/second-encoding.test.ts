import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import {
  type DeviceKeys,
  deriveSecrets,
  readKeys,
  signKeys,
  writeKeys,
} from '@murmuration/protocol/secagg/keys';
import { readRoster } from '@murmuration/protocol/secagg/roster';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { describe, expect, test } from 'vitest';
import { Cohort, seed, undemanding } from '../../unit/protocol/secagg/cohort.ts';
import { rosterOf } from './roster-of.ts';

const cohort = new Cohort({ devices: 40 });
const { context, graph } = cohort;
const thief = native.ed25519.signingKey(seed(1, 99));
const secrets = deriveSecrets(context, new Secret(seed(2, 99)));
const victim = graph.devices[3]!;

const withTopBit = (key: Uint8Array) => key.map((byte, i) => (i === 31 ? byte | 0x80 : byte));
/** Nine and p + 9: the base point twice. */
const beyondField = concatBytes(Uint8Array.of(0xf6), new Uint8Array(30).fill(0xff), Uint8Array.of(0x7f));

/** The thief's keys, properly signed, with a stolen one among them. */
function stolen(change: { sealing?: Uint8Array; masking?: Uint8Array }): DeviceKeys {
  const key = (own: typeof secrets.sealing, publicKey = own.publicKey) => ({ ...own, publicKey });
  return signKeys(context, thief, {
    ...secrets,
    sealing: key(secrets.sealing, change.sealing),
    masking: key(secrets.masking, change.masking),
  });
}

describe.each([
  ['sealing key with the top bit set', { sealing: withTopBit(victim.sealing) }],
  ['masking key with the top bit set', { masking: withTopBit(victim.masking) }],
  ['sealing key of the size of the field or more', { sealing: beyondField }],
  ['masking key of the size of the field or more', { masking: beyondField }],
  ['sealing key as the masking key, with the top bit set', { masking: withTopBit(victim.sealing) }],
  ['point of low order, with the top bit set', { masking: withTopBit(new Uint8Array(32)) }],
])('SA3: whoever passes another device’s key off as its own: a %s', (_, change) => {
  const keys = stolen(change);

  test('is refused by the coordinator', () => {
    expect(() => readKeys(context, thief.publicKey, writeKeys(keys))).toThrow(
      'A sealing or masking key is not in its canonical encoding. [secagg.keys]',
    );
  });

  test('is refused by its neighbours, which a lying coordinator lets it have', () => {
    const { roster, self } = rosterOf(graph, 7, keys);
    expect(() => readRoster(context, self, undemanding, roster)).toThrow(
      'A sealing or masking key is not in its canonical encoding. [secagg.keys]',
    );
  });
});

test('X25519 itself takes a second encoding for the same point, natively and in JavaScript', () => {
  for (const { x25519 } of [native, portable]) {
    const own = x25519.agreementKey(seed(3, 0));
    expect(own.agree(withTopBit(victim.sealing))).toEqual(own.agree(victim.sealing));
    expect(own.agree(beyondField)).toEqual(own.agree(Uint8Array.of(9, ...new Uint8Array(31))));
  }
});
