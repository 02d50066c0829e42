import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Redis } from 'ioredis';
import type { RedisAddress } from './address.ts';
import { LargeReplyConnector } from './connector.ts';

/** Connections that this process ends. */
const ending = new WeakSet<Redis>();

/** ms between two tries to reach a Redis that is gone, at most. */
const longestPause = 2_000;

/**
 * Connects. Once it has worked, a Redis that goes away is waited for, however long it takes, and `tell` hears of both; what was asked
 * meanwhile is asked again. Throws `storage.failed` where it can't be used from the start.
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
    // Commands wait for a Redis that comes back.
    maxRetriesPerRequest: null,
    retryStrategy: times => (hasWorked ? Math.min(longestPause, 100 * times) : null),
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
    // Without its cause, in which the client names the commands that failed, passwords included.
    throw new MurmurationError('storage.failed', `${name} can't be used: ${why}`);
  }
  hasWorked = true;
  return redis;
}

/** What went wrong with a Redis, for people: only the message, as errors of the client hold commands with what was sent in them. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}

/** Ends a connection: politely where the Redis is there. */
export async function endRedis(redis: Redis): Promise<void> {
  ending.add(redis);
  if (redis.status === 'ready') await redis.quit().catch(() => {});
  redis.disconnect();
}
