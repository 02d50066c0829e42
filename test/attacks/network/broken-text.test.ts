import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { scenes } from '../../faults/scene.ts';
import { openGateway } from '../../unit/coordinator/server/socket/scene.ts';

const broken = [
  ['NUL', 'no\0de'],
  ['the first half of a character', 'no\uD83Dde'],
  ['the second half of one', 'no\uDE00de'],
];

describe('a device that sends text with', () => {
  it.each(broken)('%s is refused', async (_, text) => {
    const scene = await openGateway();
    const device = await scene.device();
    await device.enrol();
    await expect(device.hello({ platform: text })).rejects.toMatchObject({ code: 'request.invalid' });
    await device.hello();
    const id = 'A'.repeat(22);
    const leave = device.ask('leave', { round: id, assignment: id, reason: text }, z.null());
    await expect(leave).rejects.toMatchObject({ code: 'request.invalid' });
    await scene.close();
  });

  it('a whole character beyond the basic plane is understood', async () => {
    const scene = await openGateway();
    const device = await scene.known();
    const id = 'A'.repeat(22);
    expect(
      await device.ask('leave', { round: id, assignment: id, reason: 'no \u{1F600}' }, z.null()),
    ).toBeNull();
    await scene.close();
  });
});

describe('a device of which a row can’t be stored', () => {
  const open = scenes(afterEach);
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  it('holds back the rows of no others', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
    folders.push(folder);
    const storage = await openStorage(folder, systemClock);
    const scene = await open({ surroundings: { storage }, rowsFail: true });
    const { events } = scene.coordinator;
    const ids = Array.from({ length: 40 }, (_, index) => `device-${index}`.padEnd(22, '-') as DeviceId);
    for (const [index, id] of ids.entries())
      events.emit('connected', id, index === 17 ? 'no\0de' : 'node', '0.1.0');
    await scene.clock.advance(10_000);
    await scene.coordinator.stop();
    const known = await storage.activity.of(ids);
    expect(known.size).toBe(39);
    expect(known.has(ids[17]!)).toBe(false);
    await storage.close();
  });
});
