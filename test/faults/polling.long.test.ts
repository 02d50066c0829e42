import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import { afterEach, expect, it } from 'vitest';
import { markingOptions, marks } from '../e2e/marking-line.ts';
import { PackedProcess } from '../e2e/processes.ts';
import { freePort } from '../free-port.ts';
import { hurriedClock } from '../hurried-clock.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

it('HT5 RD5 RD10: a round of polling devices whose coordinator is killed goes on, and each of them counts once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-polling-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const start = (port: string) => {
    const running = new PackedProcess('test/faults/marking-process.ts', [folder, port]);
    const kill = async () => {
      running.child.kill('SIGKILL');
      await running.ended();
    };
    cleanUp.push(kill);
    return { running, kill };
  };
  const first = start(String(await freePort()));
  const [, url] = await first.running.printed(/at (\S+)\n/);
  // Devices pause before they try again.
  const clock = hurriedClock(4);
  const trainings: number[] = [];
  let release!: () => void;
  const released = new Promise<void>(resolve => {
    release = resolve;
  });
  for (let index = 0; index < 6; index++) {
    const train = () => {
      trainings.push(index);
      // Some have sent their updates when the coordinator dies, and some have not.
      return index < 3 ? undefined : released;
    };
    const transport = index % 3 === 2 ? 'sockets' : 'http';
    const options = markingOptions(url!, index, transport, train);
    const client = new PlatformClient(options, { ...nodePlatform, clock });
    cleanUp.push(() => client.stop());
    await client.start();
  }
  await expect.poll(() => trainings.length).toBe(6);
  await first.kill();

  const second = start(new URL(url!).port);
  await second.running.printed(/at \S+\n/);
  release();
  const [, number, outcome] = await second.running.printed(/ended (\d+) (\S+)\n/);
  expect([number, outcome]).toEqual(['1', 'published']);
  expect(await marks(url!)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(trainings.sort()).toEqual([0, 1, 2, 3, 4, 5]);
});
