import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { challengeMessage } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { DeviceStore } from '@murmuration/rounds/population/device';
import { listedTokens } from '@murmuration/rounds/population/enrolment';
import { OutdatedDevices } from '@murmuration/rounds/population/outdated-devices';
import { Population } from '@murmuration/rounds/population/population';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const random = seededRandom(5);
const key = native.ed25519.signingKey(random(32));
const nonce = random(32);
const tokens = ['the first of two tokens', 'the second of two tokens'];

function open(mayEnrol = listedTokens(tokens, native)) {
  return new Population(memoryDevices(), mayEnrol, native, new VirtualClock());
}

const enrol = (change: object = {}) => ({
  protocol: protocolVersion,
  publicKey: key.publicKey,
  token: tokens[0]!,
  signature: key.sign(challengeMessage('enrol', nonce)),
  ...change,
});

const hello = (change: object = {}) => ({
  protocol: protocolVersion,
  device: '' as never,
  signature: key.sign(challengeMessage('hello', nonce)),
  sdk: '0.1.0',
  platform: 'other' as const,
  ...change,
});

describe('enrolment', () => {
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
    ['another version', enrol({ protocol: 1 }), nonce, 'protocol.version'],
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

  it('asks whoever verifies about the device, its key, certificate and token', async () => {
    const asked: unknown[] = [];
    const population = open(async request => {
      asked.push(request);
      return false;
    });
    const certificate = new Uint8Array(68);
    await expect(population.enrol(enrol({ certificate }), nonce)).rejects.toMatchObject({
      code: 'device.enrolment-refused',
    });
    const device = base64url(native.sha256(key.publicKey).subarray(0, 16));
    expect(asked).toEqual([{ device, publicKey: key.publicKey, certificate, token: tokens[0] }]);
  });

  it('ID1: looks at no token of a device that is known already', async () => {
    let asked = 0;
    const population = open(async () => {
      asked += 1;
      return true;
    });
    const first = await population.enrol(enrol(), nonce);
    expect(await population.enrol(enrol({ token: 'another' }), nonce)).toEqual(first);
    expect(asked).toBe(1);
  });
});

describe('revocation', () => {
  it('ID6: holds before the store has written it, and for good', async () => {
    const devices = memoryDevices();
    const population = new Population(devices, async () => true, native, new VirtualClock());
    await population.open();
    const { id } = await population.enrol(enrol(), nonce);
    const revoked = population.revoke(id);
    expect(population.isRevoked(id)).toBe(true);
    expect(await revoked).toBe(true);
    expect(population.size).toBe(0);
    const again = new Population(devices, async () => true, native, new VirtualClock());
    await again.open();
    expect(again.size).toBe(0);
    for (const each of [population, again]) {
      expect(each.isRevoked(id)).toBe(true);
      await expect(each.enrol(enrol(), nonce)).rejects.toMatchObject({ code: 'device.revoked' });
      await expect(each.identify(hello({ device: id }), nonce)).rejects.toMatchObject({
        code: 'device.revoked',
      });
      expect(await each.revoke(id)).toBe(false);
    }
    expect(population.size).toBe(0);
  });

  it('is known again after a restart, however many are revoked', async () => {
    const devices = memoryDevices();
    const ids = Array.from({ length: 2_500 }, (_, index) => `device-${index}`.padEnd(22, '-') as DeviceId);
    for (const [index, id] of ids.entries())
      await devices.add({
        id,
        publicKey: key.publicKey,
        certificate: undefined,
        enrolledAt: index % 7,
        revokedAt: index % 2 === 0 ? 9 : null,
      });
    const population = new Population(devices, async () => true, native, new VirtualClock());
    await population.open();
    expect(population.size).toBe(1_250);
    expect(ids.filter(id => population.isRevoked(id))).toHaveLength(1_250);
  });

  it('holds while the store fails, and is done when it is asked for again', async () => {
    const devices = memoryDevices();
    let fails = true;
    const store: DeviceStore = {
      ...devices,
      revoke: async (...args) => {
        if (fails) throw new MurmurationError('storage.failed');
        return devices.revoke(...args);
      },
    };
    const population = new Population(store, async () => true, native, new VirtualClock());
    await population.open();
    const { id } = await population.enrol(enrol(), nonce);
    await expect(population.revoke(id)).rejects.toMatchObject({ code: 'storage.failed' });
    await expect(population.identify(hello({ device: id }), nonce)).rejects.toMatchObject({
      code: 'device.revoked',
    });
    fails = false;
    expect(await population.revoke(id)).toBe(true);
    expect(population.size).toBe(0);
  });

  it('is told to nobody but the owner of the key', async () => {
    const population = open();
    const { id } = await population.enrol(enrol(), nonce);
    await population.revoke(id);
    await expect(
      population.identify(hello({ device: id, signature: new Uint8Array(64) }), nonce),
    ).rejects.toMatchObject({ code: 'device.signature' });
  });

  it('of a device that is not there changes nothing', async () => {
    const population = open();
    const id = base64url(native.sha256(key.publicKey).subarray(0, 16)) as DeviceId;
    expect(await population.revoke(id)).toBe(false);
    expect(population.isRevoked(id)).toBe(false);
    expect((await population.enrol(enrol(), nonce)).id).toBe(id);
  });
});

describe('devices of another version of the protocol', () => {
  it('are counted once each, for a day, until they speak this one; strangers are not', async () => {
    const clock = new VirtualClock();
    const population = new Population(memoryDevices(), async () => true, native, clock);
    const { id } = await population.enrol(enrol(), nonce);
    const old = hello({ device: id, protocol: 1 });
    const began = clock.now();
    for (const each of [old, old, hello({ device: 'A'.repeat(22), protocol: 1 })]) {
      await expect(population.identify(each, nonce)).rejects.toMatchObject({ code: 'protocol.version' });
      await clock.advance(60_000);
    }
    expect(population.outdated).toEqual([{ protocol: 1, devices: 1, since: began }]);
    await population.identify(hello({ device: id }), nonce);
    expect(population.outdated).toEqual([]);
    await expect(population.identify(old, nonce)).rejects.toThrow();
    await clock.advance(86_400_000);
    expect(population.outdated).toEqual([]);
  });

  it('are remembered up to 10,000 of them', () => {
    const outdated = new OutdatedDevices();
    for (let i = 0; i < 10_005; i++) outdated.came(`device ${i}` as DeviceId, 1 + (i % 2), i);
    expect(outdated.at(20_000)).toEqual([
      { protocol: 1, devices: 5_000, since: 6 },
      { protocol: 2, devices: 5_000, since: 5 },
    ]);
  });
});

describe('a hello', () => {
  it.each([
    ['another version', { protocol: 1 }, nonce, 'protocol.version'],
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
