// @module-tag redis
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startBackend } from '@murmuration/engine/backend/backend';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { endRedis } from '@murmuration/tuning/queue/connection';
import { RunRegistry } from '@murmuration/tuning/queue/registry';
import { repeat } from '@murmuration/tuning/queue/repeat';
import { ownMeans } from '@murmuration/tuning/queue/standing';
import { work } from '@murmuration/tuning/queue-worker/work';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { QueueWorker } from '../../../../queue-workers.ts';
import { RedisServer, redisPassword } from '../../../../redis-server.ts';

let redis: RedisServer;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await startBackend();
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => redis?.remove());

/** A run that there is as long as the test lasts; returns where it is registered. */
async function standing(id: string, change: object): Promise<RunRegistry> {
  const connection = await redis.connect();
  const registry = new RunRegistry(connection);
  const run = {
    means: await ownMeans(),
    scenario: { name: 'clusters', file: contentHash(readFileSync(fileURLToPath(clusters.module))) },
    settings: JSON.stringify(clusters.schema.parse(clusters.defaults)),
    data: 'd'.repeat(64),
    ...change,
  };
  const over = new AbortController();
  let beat = 0;
  const beating = repeat(
    50,
    systemClock,
    over.signal,
    () => registry.putRun(id, { ...run, beat: beat++ }),
    () => {},
  );
  ends.push(async () => {
    over.abort();
    await beating;
    await registry.removeRun(id);
    await endRedis(connection);
  });
  return registry;
}

describe('a worker that its run refuses', () => {
  it('ends with the reason, which the run hears too', async () => {
    const means = { ...(await ownMeans()), code: 'b'.repeat(64) };
    const registry = await standing('newer', { means });
    const { signal } = new AbortController();
    const { address } = redis;
    const ended = work({
      address,
      threads: 2,
      files: [],
      name: 'host:1',
      clock: systemClock,
      random: systemRandom,
      tell: () => {},
      signal,
    });
    await expect(ended).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringMatching(
        /^The worker is refused: the run is of the code bbbbbbbbbbbb, .*both machines\.$/,
      ),
    });
    expect([...(await registry.workers('newer')).values()]).toMatchObject([
      { name: 'host:1', threads: 2, refused: expect.stringContaining('bbbbbbbbbbbb') },
    ]);
  });

  it('says so on the command line, without the password, and exits with 2', async () => {
    await standing('other data', {});
    const worker = new QueueWorker(redis.url);
    expect(await worker.ended()).toBe(2);
    expect(worker.text).toContain(
      'The worker is refused: the data of the scenario "clusters" on this worker differ',
    );
    expect(worker.text).not.toContain(redisPassword);
    expect(worker.text).not.toContain(encodeURIComponent(redisPassword));
  });
});

describe('the command line of a worker', () => {
  it.each([
    ['http://:hunter2@h', 2, 'write redis://HOST:PORT'],
    ['redis://:hunter2@127.0.0.1:1', 1, "redis://127.0.0.1:1 can't be used: connect ECONNREFUSED"],
  ])('refuses the address %s', async (url, code, message) => {
    const worker = new QueueWorker(url);
    expect(await worker.ended()).toBe(code);
    expect(worker.text).toContain(message);
    expect(worker.text).not.toContain('hunter2');
  });

  it('ends with 0 on Ctrl-C where it has nothing to do', async () => {
    const worker = new QueueWorker(redis.url);
    await expect.poll(() => worker.text).toContain('Waiting for runs');
    expect(await worker.end('SIGINT')).toBe(0);
  });
});
