import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@murmuration/engine/tfjs/tf';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hungUp, Target, targets } from './target.ts';

const open = targets(afterEach);
const units = 2_048;
const size = 4 * units * (units + 1);
const task = {
  model: () => tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [units] })] }),
};

let storage: string;
let path: string;

/** A folder with one version of 16 MB, which the coordinators of the tests have not read. */
beforeAll(async () => {
  storage = await mkdtemp(join(tmpdir(), 'murmuration-large-'));
  const first = await Target.open({ storage }, {}, task);
  const { models } = await (await fetch(`${first.url}/v1/tasks/line/models`)).json();
  const [group] = (await (await fetch(first.url + models[0].url)).json()).weightsManifest;
  path = models[0].url.replace('model.json', group.paths[0]);
  await first.close();
});
afterAll(() => rm(storage, { recursive: true }));

const ask = (...headers: string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'Host: x', ...headers].join('\r\n')}\r\n\r\n`;

describe('strangers that download a model', () => {
  it('a hundred at once, reading nothing, share what is read for them', async () => {
    const target = await open({ storage }, {}, task);
    const before = process.memoryUsage().external;
    const sockets = await Promise.all(Array.from({ length: 100 }, () => target.dial()));
    for (const socket of sockets) socket.write(ask());
    let most = 0;
    const stop = new AbortController();
    const watching = (async () => {
      while (!stop.signal.aborted) {
        most = Math.max(most, process.memoryUsage().external - before);
        await (await fetch(`${target.url}/health/live`)).arrayBuffer();
      }
    })();
    // One that reads it is served beside them.
    const whole = await (await fetch(target.url + path)).arrayBuffer();
    stop.abort();
    await watching;
    expect(whole.byteLength).toBe(size);
    // What is kept of blocks for all, two blocks for each of them, and what the one who reads has.
    expect(most).toBeLessThan(3 * size + (64 << 20));
    expect(target.faults).toEqual([]);
  });

  it('and read nothing of it are cut off', async () => {
    const clock = new VirtualClock(systemClock.now());
    const target = await open({ storage }, { clock }, task);
    const deaf = await target.dial();
    const closed = hungUp(deaf);
    deaf.write(ask());
    while (!target.refused.includes('request.too-slow')) {
      await clock.advance(16_000);
      await (await fetch(`${target.url}/health/live`)).arrayBuffer();
    }
    deaf.resume();
    await closed;
    expect(deaf.bytesRead).toBeLessThan(size);
    expect((await (await fetch(target.url + path)).arrayBuffer()).byteLength).toBe(size);
  });

  it('byte by byte, are charged for what has to be read, once', async () => {
    const limits = { requestsPerAddress: { burst: 250, perSecond: 0.001 } };
    const target = await open({ storage, limits }, {}, task);
    const get = (range: string) => fetch(target.url + path, { headers: { range } });
    for (const at of [0, size - 1, 70_000]) {
      const response = await get(`bytes=${at}-${at}`);
      expect(response.status).toBe(206);
      expect((await response.arrayBuffer()).byteLength).toBe(1);
    }
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await get('bytes=5-5')).status),
    );
    expect(statuses.filter(status => status === 206)).toHaveLength(250 - 200 - 3);
    expect(statuses.filter(status => status === 429)).toHaveLength(60 - 47);
  });
});
