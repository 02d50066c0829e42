import type { Redis } from 'ioredis';
import { endRedis } from './connection.ts';
import { keys } from './keys.ts';

/** Maximum characters of a reason. */
const maxReasonCharacters = 1_000;

/** Callbacks for the outcomes of jobs, by their names. */
export interface TidingsListener {
  readonly done: (job: string) => void;
  readonly failed: (job: string, reason: string) => void;
}

/**
 * Publishes the outcome of a job, after earlier commands of the same connection. It is not stored: a run that
 * misses it finds the outcome by its own search.
 */
export async function sendTidings(redis: Redis, run: string, job: string, failure?: string): Promise<void> {
  const text = failure === undefined ? job : `${job}\n${failure.slice(0, maxReasonCharacters)}`;
  await redis.publish(keys.tidings(run), text);
}

/** Subscriber to the outcomes of a run's jobs, on its own connection. */
export class Tidings {
  readonly #redis: Redis;
  /** Resolves once no later message is missed. */
  readonly begun: Promise<void>;

  constructor(redis: Redis, run: string, { done, failed }: TidingsListener) {
    this.#redis = redis.duplicate();
    // The original connection reports errors.
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
