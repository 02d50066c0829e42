import type { Redis } from 'ioredis';
import { endRedis } from './connection.ts';
import { keys } from './keys.ts';

/** Characters of a reason that go on their way. */
const longestReason = 1_000;

/** What workers tell a run of a job, by its name: that its result is there, or why it failed. */
export interface TidingsListener {
  readonly done: (job: string) => void;
  readonly failed: (job: string, reason: string) => void;
}

/**
 * Tells the run that hears it now. Nothing keeps tidings: a run that misses some finds by a look of its own what became of its jobs.
 * Whatever was asked of the same connection before is done before.
 */
export async function sendTidings(redis: Redis, run: string, job: string, failure?: string): Promise<void> {
  const text = failure === undefined ? job : `${job}\n${failure.slice(0, longestReason)}`;
  await redis.publish(keys.tidings(run), text);
}

/** Hears what workers tell a run, on a connection of its own. */
export class Tidings {
  readonly #redis: Redis;
  /** Resolves once none is missed any more. */
  readonly begun: Promise<void>;

  constructor(redis: Redis, run: string, { done, failed }: TidingsListener) {
    this.#redis = redis.duplicate();
    // The connection that it is a copy of tells of them.
    this.#redis.on('error', () => {});
    this.#redis.on('message', (_, text) => {
      const [, job = '', failure] = /^(.*?)(?:\n(.*))?$/s.exec(text) ?? [];
      if (failure === undefined) done(job);
      else failed(job, failure);
    });
    this.begun = this.#redis.subscribe(keys.tidings(run)).then(
      () => {},
      () => {},
    );
  }

  close(): Promise<void> {
    return endRedis(this.#redis);
  }
}
