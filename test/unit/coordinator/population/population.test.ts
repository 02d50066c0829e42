import { tokenVerifier } from '@murmuration/coordinator/population/enrolment';
import { Population } from '@murmuration/coordinator/population/population';
import { memoryDevices } from '@murmuration/coordinator/storage/memory';
import { challengeMessage } from '@murmuration/protocol/messages/hello';
import { native } from '@murmuration/protocol/primitives/node';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { VirtualClock } from '../../../virtual-clock.ts';

const random = seededRandom(5);
const key = native.ed25519.signingKey(random(32));
const nonce = random(32);
const tokens = ['the first of two tokens', 'the second of two tokens'];

function open(mayEnrol = tokenVerifier(tokens, native)) {
  return new Population(memoryDevices(), mayEnrol, native, new VirtualClock());
}

const enrol = (change: object = {}) => ({
  protocol: 1,
  publicKey: key.publicKey,
  token: tokens[0]!,
  signature: key.sign(challengeMessage('enrol', nonce)),
  ...change,
});

const hello = (change: object = {}) => ({
  protocol: 1,
  device: '' as never,
  signature: key.sign(challengeMessage('hello', nonce)),
  sdk: '0.1.0',
  platform: 'test',
  ...change,
});

describe('enrolment', () => {
  it('takes each token of the list, and no other', async () => {
    const verify = tokenVerifier(tokens, native);
    for (const token of tokens) expect(await verify(token, key.publicKey)).toBe(true);
    for (const token of ['', 'the first of two token', 'the first of two tokens ', 'THE FIRST OF TWO TOKENS'])
      expect(await verify(token, key.publicKey)).toBe(false);
  });

  it('makes a device known once, even where it is asked for twice at the same time', async () => {
    const population = open();
    await population.open();
    const [one, other] = await Promise.all([
      population.enrol(enrol(), nonce),
      population.enrol(enrol(), nonce),
    ]);
    expect(one.id).toBe(other.id);
    expect(population.size).toBe(1);
    await population.enrol(enrol({ token: tokens[1] }), nonce);
    expect(population.size).toBe(1);
    expect(await population.identify(hello({ device: one.id }), nonce)).toMatchObject({
      id: one.id,
      publicKey: key.publicKey,
    });
  });

  it.each([
    ['another version', enrol({ protocol: 2 }), nonce, 'protocol.version'],
    ['another challenge', enrol(), random(32), 'device.signature'],
    [
      'another key',
      enrol({ publicKey: native.ed25519.signingKey(random(32)).publicKey }),
      nonce,
      'device.signature',
    ],
    ['the signature of a hello', enrol({ signature: hello().signature }), nonce, 'device.signature'],
    ['no token', enrol({ token: '' }), nonce, 'device.enrolment-refused'],
  ])('is refused with %s', async (_, message, challenge, code) => {
    const population = open();
    await expect(population.enrol(message, challenge)).rejects.toMatchObject({ code });
    expect(population.size).toBe(0);
  });

  it('asks an app’s own verifier', async () => {
    const asked: unknown[] = [];
    const population = open(async (...args) => {
      asked.push(args);
      return false;
    });
    await expect(population.enrol(enrol(), nonce)).rejects.toMatchObject({
      code: 'device.enrolment-refused',
    });
    expect(asked).toEqual([[tokens[0], key.publicKey]]);
  });
});

describe('a hello', () => {
  it.each([
    ['another version', { protocol: 2 }, nonce, 'protocol.version'],
    ['another challenge', {}, random(32), 'device.signature'],
    ['the signature of an enrolment', { signature: enrol().signature }, nonce, 'device.signature'],
    ['a stranger’s id', { device: 'A'.repeat(22) }, nonce, 'device.unknown'],
  ])('is refused with %s', async (_, change, challenge, code) => {
    const population = open();
    const { id } = await population.enrol(enrol(), nonce);
    await expect(population.identify(hello({ device: id, ...change }), challenge)).rejects.toMatchObject({
      code,
    });
  });
});
