import { livePath } from '@murmuration/api/live';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawDevice } from '../../e2e/raw-device.ts';
import { type Scene, scenes } from '../../faults/scene.ts';
import { frame, HostileSocket } from './hostile-socket.ts';

const open = scenes(afterEach);
const hostile: HostileSocket[] = [];
afterEach(() => {
  for (const socket of hostile.splice(0)) socket.destroy();
});

function takeOver(device: RawDevice): HostileSocket {
  const { ws } = device.socket.io.engine.transport as unknown as { ws: unknown };
  const socket = HostileSocket.of(ws);
  hostile.push(socket);
  return socket;
}

const viewer = mintToken('operator', systemRandom, native);

/** A scene in whose storage a viewer's token is. */
async function watched(limits: Partial<Limits> = {}) {
  const storage = await openStorage(undefined, systemClock);
  await storage.operatorTokens.add({
    ...viewer.proof,
    name: 'a viewer',
    role: 'viewer',
    createdAt: 0,
    expiresAt: null,
    revokedAt: null,
  });
  const scene = await open({ surroundings: { storage }, config: { limits } });
  return { scene, storage };
}

/** A viewer who has heard the first state. */
async function watch(scene: Scene): Promise<HostileSocket> {
  const socket = await HostileSocket.open(scene.coordinator.url, livePath, [
    `Authorization: Bearer ${viewer.text}`,
  ]);
  hostile.push(socket);
  socket.write(frame('text', '40'));
  await socket.until(() => socket.received.includes('overview'));
  return socket;
}

describe('whoever does not read', () => {
  it('and has itself refused again and again by socket.io is cut off, before that fills the memory', async () => {
    const often = { burst: 100_000, perSecond: 100_000 };
    const scene = await open({ config: { limits: { outgoing: 100_000, messages: often } } });
    const socket = takeOver(await scene.stranger());
    socket.deafen();
    // Each is answered with as many bytes.
    expect(await socket.flood(frame('text', `40/${'x'.repeat(8_000)},`), 4_000)).toBe(false);
    await scene.until(() => scene.refused.length > 0);
    expect(scene.refused).toEqual(['device.unread']);
  });

  it('and watches the live feed is cut off, before that fills the memory', async () => {
    const { scene } = await watched({ outgoing: 1_000 });
    const socket = await watch(scene);
    socket.deafen();
    for (let told = 0; told < 200_000 && scene.refused.length === 0; told++) {
      // Of each task, so that they are all different.
      scene.coordinator.events.emit('settings', `${told}-${'x'.repeat(1_000)}` as never);
      if (told % 1_000 === 0) await scene.clock.advance(200);
    }
    expect(scene.refused).toEqual(['device.unread']);
  });

  it('nor answers the end of a connection does not keep a coordinator from stopping', async () => {
    const { scene } = await watched();
    const device = takeOver(await scene.stranger());
    const viewing = await watch(scene);
    for (const socket of [device, viewing]) socket.deafen();
    let isStopped = false;
    void scene.coordinator.stop().then(() => {
      isStopped = true;
    });
    for (let turn = 0; turn < 10; turn++) await settled();
    await scene.clock.advance(1_000);
    await expect.poll(() => isStopped).toBe(true);
  });
});

it('a viewer whose token another process revoked hears nothing a second later', async () => {
  const { scene, storage } = await watched();
  const socket = await watch(scene);
  await storage.operatorTokens.revoke(viewer.proof.id, scene.clock.now());
  await scene.clock.advance(1_000);
  await socket.until(() => socket.received.includes('signed-out'));
  await scene.clock.advance(1_000);
  await socket.closed();
});
