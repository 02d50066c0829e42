import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { afterEach, describe, expect, it } from 'vitest';
import { RawDevice } from '../e2e/raw-device.ts';
import { type Scene, scenes } from './scene.ts';

const open = scenes(afterEach);
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

function dial({ coordinator }: Scene): Socket {
  const { port, hostname } = new URL(coordinator.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

/** Begins an upload and says how many bytes will come; returns when the coordinator waits for them. */
async function beginUpload(
  scene: Scene,
  { round, assignment, token }: Assignment,
  length: number,
): Promise<Socket> {
  const socket = dial(scene);
  socket.write(
    [
      `PUT ${updatePath(round, assignment)} HTTP/1.1`,
      'Host: x',
      'Expect: 100-continue',
      'Content-Type: application/octet-stream',
      `Content-Length: ${length}`,
      `Authorization: Bearer ${base64url(token)}`,
      '\r\n',
    ].join('\r\n'),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 100 /);
  return socket;
}

describe('beside a round that is published', () => {
  it('a socket that never says hello is closed', async () => {
    const scene = await open();
    await scene.begin();
    const silent = await new RawDevice(scene.coordinator.url).connect();
    const closed = silent.closed();
    await scene.clock.advance(15_000);
    expect(await closed).toBe('io server disconnect');
    silent.socket.disconnect();
    expect(scene.refused).toEqual(['device.not-identified']);
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { accepted: 3 } });
  });

  it('a connection that sends half a request is nobody else’s concern', async () => {
    const scene = await open();
    await scene.begin();
    const half = dial(scene);
    half.write('PUT /v1/rounds/');
    await once(half, 'connect');
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { accepted: 3 } });
  });

  it('a slow upload is ended, and its device may send the update again', async () => {
    const scene = await open({ members: 1 });
    const [part] = await scene.begin();
    const update = await scene.update();
    const slow = await beginUpload(scene, part!, update.length);
    slow.write(update.subarray(0, 1));
    const answered = once(slow, 'data');
    await scene.clock.advance(10_000);
    expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request.too-slow"/);
    expect((await scene.members[0]!.upload(part!, update)).status).toBe(200);
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { accepted: 4, rejected: 0 } });
    expect(scene.refused).toEqual(['request.too-slow']);
  });

  it('an upload that breaks off counts for nothing', async () => {
    const scene = await open({ members: 1 });
    const [part] = await scene.begin();
    const update = await scene.update();
    const broken = await beginUpload(scene, part!, update.length);
    broken.write(update.subarray(0, 20));
    broken.destroy();
    expect(await scene.finish(1)).toMatchObject({
      outcome: 'published',
      tally: { accepted: 3, late: 1, rejected: 0 },
    });
  });

  it('a silent phone is waited for until the deadline, and no longer', async () => {
    const scene = await open({ members: 1 });
    await scene.begin();
    expect(await scene.finish(1)).toMatchObject({
      outcome: 'published',
      tally: { cohort: 4, accepted: 3, late: 1 },
    });
  });

  it('a device that connects again and again changes nothing', async () => {
    const scene = await open({ members: 1 });
    const [part] = await scene.begin();
    const member = scene.members[0]!;
    for (let i = 0; i < 5; i++) {
      const older = member.socket;
      await member.connect();
      await member.hello();
      expect(await member.assigned()).toEqual(part);
      older.disconnect();
    }
    expect((await member.upload(part!, await scene.update())).status).toBe(200);
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { accepted: 4, lost: 0 } });
  });

  it('a flood of messages slows down its sender alone', async () => {
    const scene = await open({ members: 1, config: { limits: { messages: { burst: 10, perSecond: 1 } } } });
    await scene.begin();
    const flooder = await scene.stranger();
    const answers = Array.from({ length: 100 }, () =>
      flooder.checkIn({ task: 'none' }).catch(({ code }) => code),
    );
    await scene.until(() => scene.refused.includes('request.too-often'));
    expect(await scene.finish(1)).toMatchObject({ outcome: 'published', tally: { accepted: 3 } });
    flooder.socket.disconnect();
    await Promise.allSettled(answers);
  });
});
