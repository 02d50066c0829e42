import { hex } from '@murmuration/protocol/encoding/bytes';
import { challengeMessage } from '@murmuration/protocol/messages/hello';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterEach, describe, expect, it } from 'vitest';
import { RawDevice } from '../../e2e/raw-device.ts';
import { type Scene, scenes } from '../../faults/scene.ts';

const open = scenes(afterEach);
const admin = mintToken('operator', systemRandom, native);
const operatorTokens = [
  { id: admin.proof.id, name: 'an admin', role: 'admin', sha256: hex(admin.proof.digest) },
];
const others = [1, 3, 4, 5, 6, 65_535];

/** What the alerts of outdated devices say now, a minute later. */
async function alerts(scene: Scene): Promise<string[]> {
  await scene.clock.advance(60_000);
  const response = await fetch(`${scene.coordinator.url}/v1/admin/alerts`, {
    headers: { authorization: `Bearer ${admin.text}` },
  });
  const { firing } = (await response.json()) as { firing: { rule: string; summary: string }[] };
  return firing.filter(({ rule }) => rule === 'outdated-devices').map(({ summary }) => summary);
}

/** Devices that have enrolled, with connections that have said no hello. */
async function enrolled(scene: Scene, count: number): Promise<RawDevice[]> {
  const devices = Array.from({ length: count }, () => new RawDevice(scene.coordinator.url));
  for (const device of devices) {
    await device.connect();
    await device.enrol();
  }
  return devices;
}

const refused = { code: 'protocol.version' };

describe('whoever says that devices speak another version of the protocol', () => {
  it('says it of no device whose key it lacks', async () => {
    const scene = await open({ config: { operatorTokens } });
    const [attacker, ...victims] = await enrolled(scene, 4);
    for (const { id } of victims)
      for (const protocol of others)
        await expect(attacker!.hello({ device: id, protocol })).rejects.toMatchObject(refused);
    // What the device has signed for its own connection is worth nothing on this one.
    const signature = victims[0]!.key.sign(challengeMessage('hello', victims[0]!.nonce));
    await expect(attacker!.hello({ device: victims[0]!.id, protocol: 1, signature })).rejects.toMatchObject(
      refused,
    );
    expect(await alerts(scene)).toEqual([]);
    for (const device of [attacker!, ...victims]) device.disconnect();
  });

  it('counts as one device of one version, on whatever connections', async () => {
    const scene = await open({ config: { operatorTokens } });
    const [attacker] = await enrolled(scene, 1);
    for (const protocol of others) {
      await expect(attacker!.hello({ protocol })).rejects.toMatchObject(refused);
      await expect(attacker!.hello({ protocol })).rejects.toMatchObject(refused);
      attacker!.disconnect();
      expect(await alerts(scene)).toEqual([expect.stringMatching(/^1 device speaks protocol 1, /)]);
      await attacker!.connect();
    }
    // Once it comes as it should, all is well.
    await attacker!.hello();
    expect(await alerts(scene)).toEqual([]);
    attacker!.disconnect();
  });

  it('does not count once it is revoked', async () => {
    const scene = await open({ config: { operatorTokens } });
    const [attacker] = await enrolled(scene, 1);
    const revoke = `${scene.coordinator.url}/v1/admin/devices/${attacker!.id}/revoke`;
    await fetch(revoke, { method: 'POST', headers: { authorization: `Bearer ${admin.text}` } });
    await expect(attacker!.hello({ protocol: 1 })).rejects.toMatchObject(refused);
    expect(await alerts(scene)).toEqual([]);
    attacker!.disconnect();
  });
});
