import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Redis } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { LargeReplyConnector } from './connector.ts';

/** Connections that this process closes. */
const ending = new WeakSet<Redis>();

/** Longest pause in ms between two attempts to reconnect. */
const maxQueueReconnectMs = 2_000;

/**
 * Connects to a Redis. After the first success it waits for a Redis that goes away for any length of time,
 * reports both through `tell`, and repeats pending commands.
 * @throws `storage.failed` if the first connection fails
 */
export async function connectRedis(address: RedisAddress, tell: (line: string) => void): Promise<Redis> {
  const { name, host, port, db, isTls, username, password } = address;
  let hasWorked = false;
  let isGone = false;
  let problem = 'The connection was closed.';
  const redis = new Redis({
    host,
    port,
    db,
    ...(username && { username }),
    ...(password && { password }),
    ...(isTls ? { tls: {} } : { Connector: LargeReplyConnector }),
    lazyConnect: true,
    connectTimeout: 10_000,
    // Commands wait until the Redis is back.
    maxRetriesPerRequest: null,
    retryStrategy: times => (hasWorked ? Math.min(maxQueueReconnectMs, 100 * times) : null),
  });
  redis.on('error', error => {
    problem = problemOf(error);
  });
  redis.on('close', () => {
    if (!hasWorked || isGone || ending.has(redis)) return;
    isGone = true;
    tell(`${name} is gone; waiting for it.`);
  });
  redis.on('ready', () => {
    if (isGone) tell(`${name} is back.`);
    isGone = false;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    const own = problemOf(error);
    const why = /Connection is closed/.test(own) ? problem : own;
    // The cause is left out, because it names the failed commands with their passwords.
    throw new MurmurationError('storage.failed', `${name} can't be used: ${why}`);
  }
  hasWorked = true;
  return redis;
}

/**
 * Returns only the message of a Redis error, because errors of the client contain commands with their
 * arguments.
 */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}

/** Closes a connection, with QUIT if the Redis is reachable. */
export async function endRedis(redis: Redis): Promise<void> {
  ending.add(redis);
  if (redis.status === 'ready') await redis.quit().catch(() => {});
  redis.disconnect();
}
