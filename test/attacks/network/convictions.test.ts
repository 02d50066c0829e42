import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import { Tickets } from '@murmuration/coordinator/cells/tickets';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { RawDevice } from '../../e2e/raw-device.ts';
import { type Scene, scenes } from '../../faults/scene.ts';
import { startMemoryCell } from '../memory-cell.ts';

const cells: Coordinator[] = [];
const folders: string[] = [];
const storages: Stores[] = [];
afterEach(async () => {
  for (const cell of cells.splice(0)) await cell.stop();
  for (const storage of storages.splice(0)) await storage.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});
const open = scenes(afterEach);
const operator = mintToken('operator', systemRandom, native);
const { id, digest } = operator.proof;
const operatorTokens = [{ id, name: 'an operator', role: 'operator', sha256: hex(digest) }];
const aDay = 86_400_000;

async function ask(scene: Scene, method: string, path: string) {
  const response = await fetch(`${scene.coordinator.url}/v1/admin/${path}`, {
    method,
    headers: { authorization: `Bearer ${operator.text}` },
  });
  return (await response.json()) as Record<string, unknown>;
}

async function convict(scene: Scene, device: RawDevice, round: number): Promise<void> {
  const name = String(round).padStart(22, 'r') as RoundId;
  scene.coordinator.moments.convicted(name, [device.id as DeviceId], 'secagg.share');
  // What follows from it takes writes.
  for (let turn = 0; turn < 20; turn++) await settled();
}

async function inFolder(): Promise<{ folder: string; storage: Stores }> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
  folders.push(folder);
  const storage = await openStorage(folder, systemClock);
  storages.push(storage);
  return { folder, storage };
}

describe('a device that was convicted of wrong shares', () => {
  const config = { operatorTokens };
  const schedule = { schedule: { every: '30 d' } };

  it('is left out of the rounds of a day, and then let in again', async () => {
    const scene = await open({ config, task: schedule });
    const device = await scene.stranger();
    await convict(scene, device, 1);
    expect(await device.checkIn()).toMatchObject({ decision: 'later', after: aDay });
    // Once more for the same round is once.
    await convict(scene, device, 1);
    expect(await ask(scene, 'GET', `devices/${device.id}`)).toMatchObject({
      convictions: [{ code: 'secagg.share' }],
      revokedAt: null,
    });
    expect(await ask(scene, 'GET', 'population')).toMatchObject({ convicted: 1, revoked: 0 });
    await scene.clock.advance(aDay - 1);
    expect(await device.checkIn()).toMatchObject({ decision: 'later', after: 1 });
    await scene.clock.advance(1);
    expect(await device.checkIn()).toMatchObject({ decision: 'waiting' });
  });

  it('waits for no round that it had checked in to', async () => {
    const scene = await open({
      config,
      members: 1,
      task: { cohort: { goal: 4, minimum: 4, overSelection: 1 } },
    });
    await convict(scene, scene.members[0]!, 1);
    await scene.coordinator.start();
    await scene.clock.advance(1);
    expect(scene.members[0]!.has('assignment')).toBe(false);
  });

  it('is left out after a restart as well, and revoked at the third time', async () => {
    const { storage } = await inFolder();
    const options = { config, healthy: 1, task: schedule, surroundings: { storage } };
    const scene = await open(options);
    const device = await scene.stranger();
    const id = device.id as DeviceId;
    for (const round of [1, 2]) {
      await convict(scene, device, round);
      // The disk takes longer than some turns.
      await expect.poll(async () => (await storage.convictions.of([id])).get(id)).toHaveLength(round);
    }
    const again = await open(options);
    const back = await new RawDevice(again.coordinator.url, device.key).connect();
    back.id = device.id;
    await back.hello();
    expect(await back.checkIn()).toMatchObject({
      decision: 'later',
      reason: 'the device has revealed or dealt wrong shares',
    });
    const closed = back.closed();
    await convict(again, back, 3);
    await closed;
    expect(await ask(again, 'GET', `devices/${device.id}`)).toMatchObject({
      revokedAt: expect.any(String),
    });
  });

  it('is left out at another cell as well, where it waits already, until it is pardoned there', async () => {
    const { cell, clock, storage, leases } = await startMemoryCell(schedule);
    cells.push(cell);
    const device = new RawDevice(cell.url);
    const come = async () => {
      await device.connect();
      if (device.id) await device.hello();
      else await device.enrol().then(() => device.hello());
      const holder = { task: 'line' as TaskName, device: device.id as DeviceId };
      const ticket = new Tickets(await leases.ticketKey()).issue(holder, cell.url, clock.now());
      return device.checkIn({ ticket });
    };
    expect(await come()).toMatchObject({ decision: 'waiting' });

    // As another cell writes it down.
    const closed = device.closed();
    const by = { device: device.id as DeviceId, round: 'r'.repeat(22) as RoundId };
    await storage.convictions.add({ ...by, code: 'secagg.share', time: clock.now() });
    await clock.advance(2_000);
    await closed;
    expect(await come()).toMatchObject({ decision: 'later', after: aDay - 2_000 });

    await storage.convictions.pardon(by.device);
    await clock.advance(2_000);
    device.disconnect();
    expect(await come()).toMatchObject({ decision: 'waiting' });
    device.disconnect();
  });

  it('is taken back by an operator who pardons it', async () => {
    const scene = await open({ config, task: schedule });
    const device = await scene.stranger();
    for (const round of [1, 2, 3]) await convict(scene, device, round);
    await device.connect();
    await expect(device.hello()).rejects.toMatchObject({ code: 'device.revoked' });
    expect(await ask(scene, 'POST', `devices/${device.id}/pardon`)).toMatchObject({
      convictions: [],
      outUntil: null,
      revokedAt: null,
    });
    await device.hello();
    expect(await device.checkIn()).toMatchObject({ decision: 'waiting' });
    // The rounds that it was pardoned for convict it no more.
    for (const round of [1, 2, 3]) await convict(scene, device, round);
    expect(await ask(scene, 'GET', `devices/${device.id}`)).toMatchObject({
      convictions: [],
      revokedAt: null,
    });
  });
});
