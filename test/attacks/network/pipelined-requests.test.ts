import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { heard, hungUp, type Target, targets } from './target.ts';

const open = targets(afterEach);

const ask = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';

/** Bytes that this process holds: the attacker's connections read nothing, so that they are the coordinator's. */
function held(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Writes so many requests at once and reads no answer; returns when the coordinator has hung up, with the most that it held until then. */
async function flood(target: Target, connections: number, requests: number): Promise<number> {
  let most = 0;
  const watch = () => {
    most = Math.max(most, held());
  };
  const sockets: Socket[] = await Promise.all(Array.from({ length: connections }, () => target.dial()));
  const closed = sockets.map(hungUp);
  for (const socket of sockets) socket.write(ask.repeat(requests));
  while (target.refused.length < connections) {
    watch();
    await (await fetch(`${target.url}/health/live`)).arrayBuffer();
  }
  watch();
  // What was sent before is in the attacker's own buffers.
  for (const socket of sockets) socket.resume();
  await Promise.all(closed);
  return most;
}

describe('a stranger that sends requests without reading the answers', () => {
  it('makes the coordinator hold no more than an answer, and is cut off', async () => {
    const target = await open();
    await (await fetch(`${target.url}/openapi.json`)).arrayBuffer();
    const before = held();
    const most = await flood(target, 6, 1_000);
    expect(target.refused).toEqual(Array(6).fill('request.too-many'));
    expect(most - before).toBeLessThan(64 << 20);
    expect(target.faults).toEqual([]);
  });

  it('is answered in order where its requests are as many as a connection may have', async () => {
    const target = await open({ limits: { inFlight: 8 } });
    const socket = await target.dial();
    const answers = heard(socket);
    const paths = ['/health/live', '/v1/tasks', '/openapi.json', '/none', '/v1/tasks/line', '/none'];
    socket.write(paths.map(path => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    socket.write('GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const statuses = (await answers).match(/HTTP\/1\.1 \d+/g)!.map(line => Number(line.slice(9)));
    expect(statuses).toEqual([200, 200, 200, 404, 200, 404, 200]);
    expect(target.refused).toEqual(['request.not-found', 'request.not-found']);
  });

  it('that hangs up leaves nothing of its requests to be answered', async () => {
    const target = await open();
    const socket = await target.dial();
    socket.write(ask.repeat(16));
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect((await fetch(`${target.url}/health/live`)).status).toBe(200);
    expect(target.faults).toEqual([]);
  });
});
