// @module-tag redis
import { endRedis } from '@murmuration/tuning/queue/connection';
import { setInParts } from '@murmuration/tuning/queue/large-values';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RedisServer } from '../../../../redis-server.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis?.remove());

const parts = [
  Uint8Array.of(1, 2, 3),
  new Uint8Array(0),
  new Uint8Array(300_000).fill(7),
  new Uint8Array(new SharedArrayBuffer(8)).fill(9),
];
const whole = Buffer.concat(parts);

it('a value in parts is kept whole, with what else is asked in turn, and expires', async () => {
  const connection = await redis.connect();
  try {
    const asked = [
      connection.set('before', 'a'),
      setInParts(connection, 'kéy', parts, 60),
      connection.getBuffer('kéy'),
      setInParts(connection, 'empty', [], 60),
      connection.set('after', 'b'),
    ];
    expect((await Promise.all(asked))[2]).toEqual(whole);
    expect(await connection.mget('before', 'empty', 'after')).toEqual(['a', '', 'b']);
    expect(await connection.ttl('kéy')).toBeGreaterThan(0);
  } finally {
    await endRedis(connection);
  }
});

it('a value in parts is sent to a Redis that comes back', async () => {
  const connection = await redis.connect();
  try {
    await redis.stop();
    const set = setInParts(connection, 'key', parts, 60);
    await redis.startAgain();
    await set;
    expect(await connection.getBuffer('key')).toEqual(whole);
  } finally {
    await endRedis(connection);
  }
});

it('a value that a Redis does not take is refused', async () => {
  const connection = await redis.connect();
  try {
    await expect(setInParts(connection, 'key', parts, -1)).rejects.toThrow('invalid expire');
    expect(await connection.ping()).toBe('PONG');
  } finally {
    await endRedis(connection);
  }
});
