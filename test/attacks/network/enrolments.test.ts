import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { RawDevice } from '../../e2e/raw-device.ts';
import { type Scene, scenes } from '../../faults/scene.ts';

const open = scenes(afterEach);
const admin = mintToken('operator', systemRandom, native);
const operatorTokens = [
  { id: admin.proof.id, name: 'an admin', role: 'admin', sha256: hex(admin.proof.digest) },
];
const identities = 200;

async function ask(scene: Scene, method: string, path: string, body?: object) {
  const response = await fetch(`${scene.coordinator.url}/v1/admin/${path}`, {
    method,
    headers: { authorization: `Bearer ${admin.text}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

/** Enrols identities with a token, each of which comes once. */
async function enrolMany(scene: Scene, token: string): Promise<RawDevice[]> {
  const devices: RawDevice[] = [];
  for (let i = 0; i < identities; i++) {
    const device = await new RawDevice(scene.coordinator.url).connect();
    await device.enrol({ token });
    await device.hello();
    await device.checkIn();
    device.socket.disconnect();
    devices.push(device);
  }
  await scene.clock.advance(20_000);
  return devices;
}

describe('whoever enrols hundreds of devices with one token', () => {
  it('does not slow down the others, after a restart neither', async () => {
    const storage = await openStorage(undefined, systemClock);
    const options = {
      surroundings: { storage },
      config: { operatorTokens },
      task: { schedule: { every: '1 h' } },
    };
    const scene = await open(options);
    const { text } = await ask(scene, 'POST', 'enrolment-tokens', { name: 'many', maxUses: null });
    await enrolMany(scene, text as string);
    const of = async (each: Scene) => {
      const { connected, comeBack } = await ask(each, 'GET', 'tasks/line/pace');
      const { from, to } = comeBack as { from: number; to: number };
      return [to - from, 2 * (connected as number)] as const;
    };
    const [spread, most] = await of(scene);
    expect(spread).toBeLessThanOrEqual(most);
    const again = await open({ ...options, healthy: 1 });
    const [later, mostLater] = await of(again);
    expect(later).toBeLessThanOrEqual(mostLater);
  });

  it('raises an alert', async () => {
    const alerts = { manyEnrolments: identities - 1 };
    const scene = await open({ config: { operatorTokens, alerts } });
    const { text } = await ask(scene, 'POST', 'enrolment-tokens', { name: 'many', maxUses: null });
    const rules = async () =>
      ((await ask(scene, 'GET', 'alerts')).firing as { rule: string }[]).map(({ rule }) => rule);
    expect(await rules()).toEqual([]);
    await enrolMany(scene, text as string);
    expect(await rules()).toEqual(['many-enrolments']);
    await scene.clock.advance(600_000);
    expect(await rules()).toEqual([]);
  });

  it('loses all of them at once, and nobody else a device', async () => {
    const scene = await open({ config: { operatorTokens }, members: 1 });
    const { text, token } = await ask(scene, 'POST', 'enrolment-tokens', { name: 'many', maxUses: null });
    const devices = await enrolMany(scene, text as string);
    const { id } = token! as { id: string };
    expect(await ask(scene, 'POST', `enrolment-tokens/${id}/revoke-devices`)).toMatchObject({
      token: { state: 'revoked' },
      devices: identities,
    });
    await devices[0]!.connect();
    await expect(devices[0]!.hello()).rejects.toMatchObject({ code: 'device.revoked' });
    devices[0]!.socket.disconnect();
    const fresh = await new RawDevice(scene.coordinator.url).connect();
    await expect(fresh.enrol({ token: text })).rejects.toMatchObject({ code: 'device.enrolment-refused' });
    fresh.socket.disconnect();
    await scene.members[0]!.checkIn();
    expect(await ask(scene, 'GET', 'population')).toMatchObject({ enrolled: 4, revoked: identities });
    const { entries } = await ask(scene, 'GET', 'audit');
    expect((entries as object[])[0]).toMatchObject({
      action: 'enrolment-token.revoke-devices',
      subject: id,
      outcome: 'done',
    });
  });
});
