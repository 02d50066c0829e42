// @module-tag redis
import { endRedis } from '@murmuration/tuning/queue/connection';
import { sendTidings, Tidings } from '@murmuration/tuning/queue/tidings';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisServer } from '../../../../redis-server.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis?.remove());

it('tidings reach the run that they are for, in turn, with a reason of bounded length', async () => {
  const connection = await redis.connect();
  const heard: unknown[] = [];
  const tidings = new Tidings(connection, 'a', {
    done: job => heard.push(job),
    failed: (job, reason) => heard.push([job, reason]),
  });
  try {
    await tidings.begun;
    await sendTidings(connection, 'b', 'job-of-another-run');
    await sendTidings(connection, 'a', 'job-1-0');
    await sendTidings(connection, 'a', 'job-2-0', 'No memory:\n\nnone.');
    await sendTidings(connection, 'a', 'job-3-0', '');
    await sendTidings(connection, 'a', 'job-4-0', 'x'.repeat(5_000));
    await expect.poll(() => heard.length).toBe(4);
    expect(heard).toEqual([
      'job-1-0',
      ['job-2-0', 'No memory:\n\nnone.'],
      ['job-3-0', ''],
      ['job-4-0', 'x'.repeat(1_000)],
    ]);
  } finally {
    await tidings.close();
    await endRedis(connection);
  }
});

it('tidings are heard again after the Redis was gone', async () => {
  const connection = await redis.connect();
  const heard: string[] = [];
  const tidings = new Tidings(connection, 'a', { done: job => heard.push(job), failed: () => {} });
  try {
    await tidings.begun;
    await redis.stop();
    await redis.startAgain();
    await expect
      .poll(async () => {
        await sendTidings(connection, 'a', 'job-1-0');
        return heard.length;
      })
      .toBeGreaterThan(0);
  } finally {
    await tidings.close();
    await endRedis(connection);
  }
});
