import { livePath } from '@murmuration/api/live';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawDevice } from '../../e2e/raw-device.ts';
import { scenes } from '../../faults/scene.ts';
import { type GatewayScene, openGateway, until } from '../../unit/coordinator/server/socket/scene.ts';
import { frame, HostileSocket } from './hostile-socket.ts';

const full = Buffer.alloc(125, 1);
/** 64 KiB of frames, as one read takes them. */
const many = (one: Uint8Array) =>
  Buffer.concat(Array.from({ length: Math.ceil(65_536 / one.length) }, () => one));
/** 32 MB: more than what kernels keep of a connection that is not read. */
const times = 512;

const floods: [string, Uint8Array][] = [
  ['pings whose pongs it does not read', many(frame('ping', full))],
  ['empty pings', many(frame('ping'))],
  ['pongs that nobody asked for', many(frame('pong', full))],
  [
    'messages of nothing but empty parts',
    Buffer.concat([frame('text', '4', false), many(frame('continuation', '', false))]),
  ],
];

describe('a device that sends', () => {
  let scene: GatewayScene;
  const hostile: HostileSocket[] = [];
  afterEach(() => {
    for (const socket of hostile.splice(0)) socket.destroy();
    return scene.close();
  });

  async function takeOver(device: RawDevice): Promise<HostileSocket> {
    const { ws } = device.socket.io.engine.transport as unknown as { ws: unknown };
    const socket = HostileSocket.of(ws);
    hostile.push(socket);
    return socket;
  }

  it.each(floods)('%s is cut off, or read no further', async (_, bytes) => {
    scene = await openGateway();
    const socket = await takeOver(await scene.known());
    socket.deafen();
    expect(await socket.flood(bytes, times)).toBe(false);
    // Nobody else has to wait.
    await scene.known();
  });

  it('pings faster than it may is not read until it may go on, and answered with one pong at a time', async () => {
    scene = await openGateway({ messages: { burst: 2, perSecond: 1 } });
    const socket = await takeOver(await scene.known());
    socket.received = Buffer.alloc(0);
    const ping = frame('ping', 'now');
    const pong = Buffer.concat([Buffer.of(0x8a, 3), Buffer.from('now')]);
    const pongs = () => socket.received.toString('latin1').split(pong.toString('latin1')).length - 1;
    let answered = -1;
    while (answered < pongs()) {
      answered = pongs();
      expect(answered).toBeLessThan(10);
      socket.write(ping);
      // Its pong would be sent before another device is in, and be here before the second one is.
      await scene.known();
      await scene.known();
    }
    await scene.clock.advance(5_000);
    await until(() => pongs() > answered);
    expect(scene.refused).toEqual([]);
  });
});

describe('a viewer on the live feed who sends', () => {
  const open = scenes(afterEach);
  const viewer = mintToken('operator', systemRandom, native);
  const operatorTokens = [
    { id: viewer.proof.id, name: 'a viewer', role: 'viewer', sha256: hex(viewer.proof.digest) },
  ];

  it.each(floods)('%s is cut off, or read no further', async (_, bytes) => {
    const scene = await open({ config: { operatorTokens } });
    const socket = await HostileSocket.open(scene.coordinator.url, livePath, [
      `Authorization: Bearer ${viewer.text}`,
    ]);
    socket.write(frame('text', '40'));
    await socket.until(() => socket.received.includes('overview'));
    socket.deafen();
    expect(await socket.flood(bytes, times)).toBe(false);
    await scene.stranger();
    socket.destroy();
  });
});
