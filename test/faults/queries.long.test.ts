import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { lineOptions } from '../e2e/line.ts';
import { PackedProcess } from '../e2e/processes.ts';
import { freePort } from '../free-port.ts';
import { hurriedPauses } from '../hurried-clock.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
let running: PackedProcess | undefined;

afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
  await kill();
});

async function kill(): Promise<void> {
  running?.child.kill('SIGKILL');
  await running?.ended();
}

/** Devices that come back sooner than they would. */
const hurried = hurriedPauses(10);

it('QY7 RD10: a query whose coordinator is killed before its round and in it is asked once, and counts nobody twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-query-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const start = (port: string, ...args: string[]) => {
    running = new PackedProcess('test/faults/queries-process.ts', [folder, port, ...args]);
    return running;
  };
  const [, url] = await (async () => {
    const first = start(String(await freePort()), 'ask');
    const at = await first.printed(/at (\S+)\n/);
    await first.printed(/asked\n/);
    return at;
  })();
  await kill();
  const { port } = new URL(url!);

  // Nobody asks again: the command was kept.
  const second = start(port);
  await second.printed(/at \S+\n/);
  let asked = 0;
  for (let index = 0; index < 4; index++) {
    const { tasks, ...options } = lineOptions(url!, index);
    const answer = () => {
      asked += 1;
      return index;
    };
    const line = { ...tasks.line!, answers: { spread: { kinds: ['histogram' as const], answer } } };
    const client = new PlatformClient({ ...options, tasks: { line } }, { ...nodePlatform, clock: hurried });
    cleanUp.push(() => client.stop());
    await client.start();
  }
  await second.printed(/phase updates\n/);
  await kill();

  const third = start(port);
  const [, number, outcome] = await third.printed(/ended (\d+) (\S+)\n/);
  expect([number, outcome]).toEqual(['1', 'published']);
  await kill();
  const storage = await openStorage(folder, steadyClock());
  cleanUp.push(() => storage.close());
  expect(await storage.queryResults.results('line' as TaskName, 'spread', 99, 9)).toMatchObject([
    { number: 1, devices: 4, figures: { bins: [{ count: 0 }, { count: 2 }, { count: 2 }, { count: 0 }] } },
  ]);
  expect(asked).toBe(4);
});
