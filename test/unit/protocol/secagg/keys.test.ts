import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { deriveSecrets, readKeys, signKeys, TakenKeys, writeKeys } from '@murmuration/protocol/secagg/keys';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { describe, expect, test } from 'vitest';
import { bound as context, seed } from './cohort.ts';

const identity = native.ed25519.signingKey(seed(1, 0));
const secrets = deriveSecrets(context, new Secret(seed(2, 0)));
const message = writeKeys(signKeys(context, identity, secrets));

/** A keys message of any two keys, properly signed. */
function signed(sealing: Uint8Array, masking: Uint8Array): Uint8Array {
  const agreementKey = (publicKey: Uint8Array) => ({ ...secrets.sealing, publicKey });
  return writeKeys(
    signKeys(context, identity, {
      ...secrets,
      sealing: agreementKey(sealing),
      masking: agreementKey(masking),
    }),
  );
}

describe('SA3: the keys of a device', () => {
  test('are read as they were signed, in 128 bytes', () => {
    const keys = readKeys(context, identity.publicKey, message);
    expect(message).toHaveLength(128);
    expect(keys.sealing).toEqual(secrets.sealing.publicKey);
    expect(keys.masking).toEqual(secrets.masking.publicKey);
    expect(writeKeys(keys)).toEqual(message);
  });

  test.each([
    ['of another round', { ...context, round: 'S'.repeat(22) as RoundId }],
    ['of another task', { ...context, task: 'voice' as TaskName }],
    ['for another plan', { ...context, plan: seed(9, 9) }],
  ])('%s are refused', (_, elsewhere) => {
    expect(() => readKeys(elsewhere, identity.publicKey, message)).toThrow('[secagg.keys]');
  });

  test('are refused when unsigned, signed by another device, touched, or of another length', () => {
    const refused = (bytes: Uint8Array, publicKey = identity.publicKey) =>
      expect(() => readKeys(context, publicKey, bytes)).toThrow('[secagg.keys]');
    refused(concatBytes(message.subarray(0, 64), new Uint8Array(64)));
    expect(() =>
      readKeys(context, identity.publicKey, concatBytes(message.subarray(0, 64), new Uint8Array(64))),
    ).toThrow('The keys are not signed by the device for this task and round. [secagg.keys]');
    refused(message, native.ed25519.signingKey(seed(1, 1)).publicKey);
    for (const at of [0, 40, 100]) refused(message.map((byte, i) => (i === at ? byte ^ 1 : byte)));
    refused(message.subarray(1));
    refused(concatBytes(message, Uint8Array.of(0)));
    expect(() => readKeys(context, identity.publicKey, message.subarray(1))).toThrow('128 bytes, not 127');
  });

  test('are refused when both are one key', () => {
    expect(() =>
      readKeys(context, identity.publicKey, signed(secrets.sealing.publicKey, secrets.sealing.publicKey)),
    ).toThrow('The sealing key and the masking key are the same. [secagg.keys]');
  });

  test.each([
    '00'.repeat(32),
    `01${'00'.repeat(31)}`,
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    `ec${'ff'.repeat(30)}7f`,
  ])('are refused when one has low order: %s', encoding => {
    const point = new Uint8Array(Buffer.from(encoding, 'hex'));
    expect(() => secrets.sealing.agree(point)).toThrow('[crypto.low-order]');
    for (const low of [signed(point, secrets.masking.publicKey), signed(secrets.sealing.publicKey, point)]) {
      expect(() => readKeys(context, identity.publicKey, low)).toThrow('[crypto.low-order]');
    }
  });

  test('are refused in another encoding, and for an identity that others can sign for', () => {
    // 2²⁵⁵ − 19 + 9 is 9 in an encoding that is not the shortest.
    const other = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0xf6 : i === 31 ? 0x7f : 0xff));
    for (const each of [signed(other, secrets.masking.publicKey), signed(secrets.sealing.publicKey, other)])
      expect(() => readKeys(context, identity.publicKey, each)).toThrow(
        'A sealing or masking key is not in its canonical encoding. [secagg.keys]',
      );
    const zero = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));
    expect(() => readKeys(context, zero, message)).toThrow(
      'Other devices can sign for this identity as well. [secagg.keys]',
    );
  });

  test('differ with the round, the task and the root', () => {
    const others = [
      deriveSecrets({ ...context, round: 'S'.repeat(22) as RoundId }, new Secret(seed(2, 0))),
      deriveSecrets({ ...context, task: 'voice' as TaskName }, new Secret(seed(2, 0))),
      deriveSecrets(context, new Secret(seed(2, 1))),
    ];
    const all = [secrets, ...others].flatMap(({ sealing, masking, seed, sharing, maskingSecret }) =>
      [sealing.publicKey, masking.publicKey, seed, sharing, maskingSecret].map(String),
    );
    expect(new Set(all).size).toBe(20);
  });

  test('cost a multiplication on the curve each, and only where they are asked for', () => {
    const asked: string[] = [];
    const { x25519 } = context.primitives;
    const agreementKey: typeof x25519.agreementKey = secret => {
      asked.push(String(secret));
      return x25519.agreementKey(secret);
    };
    const counting = { ...context, primitives: { ...context.primitives, x25519: { agreementKey } } };
    const derived = deriveSecrets(counting, new Secret(seed(2, 0)));
    expect([derived.seed, derived.sharing, derived.maskingSecret]).toEqual([
      secrets.seed,
      secrets.sharing,
      secrets.maskingSecret,
    ]);
    expect(asked).toEqual([]);
    expect(derived.masking.publicKey).toEqual(secrets.masking.publicKey);
    expect(asked).toEqual([String(secrets.maskingSecret)]);
  });

  test('are taken once: a repeated identity, sealing or masking key is refused, also in the place of another', () => {
    const keysOf = (device: number) =>
      signKeys(
        context,
        native.ed25519.signingKey(seed(1, device)),
        deriveSecrets(context, new Secret(seed(2, device))),
      );
    const [a, b] = [keysOf(0), keysOf(1)];
    const taken = new TakenKeys();
    taken.take(a);
    expect(() => taken.take(a)).toThrow('[secagg.keys]');
    for (const repeated of [
      { ...b, identity: a.identity },
      { ...b, sealing: a.sealing },
      { ...b, masking: a.masking },
      { ...b, masking: a.sealing },
    ]) {
      expect(() => taken.take(repeated)).toThrow('[secagg.keys]');
    }
    taken.take(b); // what was refused has taken nothing
  });
});
