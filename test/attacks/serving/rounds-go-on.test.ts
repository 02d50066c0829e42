import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import { afterEach, describe, expect, it } from 'vitest';
import { eventOf, lineClient } from '../../e2e/line.ts';
import { hurriedClock } from '../../hurried-clock.ts';
import { type Target, targets } from '../network/target.ts';

let clients: PlatformClient[] = [];
afterEach(async () => {
  for (const client of clients) await client.stop();
  clients = [];
});
const openTarget = targets(afterEach);

/** Waits for so many further rounds of eight devices. */
async function rounds({ coordinator }: Target, count: number): Promise<void> {
  for (let round = 0; round < count; round++) await eventOf(coordinator.events, 'version');
}

const path = '/v2/models/line/infer';
/** Asks with the bytes of one number. */
const infer = async ({ url }: Target): Promise<number> => {
  const headers = { 'inference-header-content-length': '0' };
  const body = new Uint8Array(Float32Array.of(1).buffer);
  return (await fetch(url + path, { method: 'POST', headers, body })).status;
};

/** A coordinator whose rounds need eight devices, which are there. */
async function open(): Promise<Target> {
  // Devices pause between rounds.
  const clock = hurriedClock(10);
  const task = { cohort: { goal: 8, minimum: 8 }, deadlines: { gathering: '50 s', updates: '10 min' } };
  const target = await openTarget({ limits: { patience: '2 min' } }, { clock }, task);
  for (let at = 0; at < 8; at++) {
    const client = lineClient(target.url, at, undefined, clock);
    clients.push(client);
    await client.start();
  }
  await target.coordinator.start();
  await rounds(target, 1);
  return target;
}

describe('a coordinator with eight devices', () => {
  it('publishes rounds while somebody sends bodies that take long to read', async () => {
    const target = await open();
    const isOver = new AbortController();
    const statuses = new Set<number>();
    const bodies = [
      `"INT64 ${'9'.repeat(16)}${'\\"'.repeat(4 << 20)}`,
      `{"inputs":${'[],'.repeat(4 << 20)}`,
      `{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[${'1,'.repeat(8 << 20)}1]}]}`,
    ];
    const attacking = bodies.map(async body => {
      while (!isOver.signal.aborted) {
        const { status } = await fetch(target.url + path, { method: 'POST', body });
        statuses.add(status);
      }
    });
    await rounds(target, 3);
    isOver.abort();
    await Promise.all(attacking);
    expect(statuses).toEqual(new Set([400]));
    expect(target.faults).toEqual([]);
  });

  it('publishes rounds while somebody begins bodies and does not go on, and others are answered', async () => {
    const target = await open();
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n`;
    for (const headers of ['', 'Content-Encoding: gzip\r\n'])
      for (let at = 0; at < 8; at++) (await target.dial()).write(`${head}${headers}\r\n1\r\n{\r\n`);
    expect(await infer(target)).toBe(200);
    await rounds(target, 2);
    expect(await infer(target)).toBe(200);
    expect(target.faults).toEqual([]);
  });

  it('reads large bodies, and those alone, in a thread of its own', async () => {
    const target = await openTarget();
    let threads = 0;
    const count = () => {
      threads += 1;
    };
    process.on('worker', count);
    try {
      for (const [numbers, expected] of [
        [1_000, 0],
        [1 << 20, 1],
        [1 << 20, 1],
      ] as const) {
        const body = `{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[${'1,'.repeat(numbers)}1]}]}`;
        expect((await fetch(target.url + path, { method: 'POST', body })).status).toBe(400);
        expect(threads).toBe(expected);
      }
    } finally {
      process.off('worker', count);
    }
  });
});
