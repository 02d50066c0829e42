import type { Redis } from 'ioredis';
import type * as z from 'zod';
import { keys, removeJobs } from './keys.ts';
import { type StandingRun, type StandingWorker, standingRun, standingWorker } from './standing.ts';

/** Maximum entries of a hash; a larger one is not ours and is ignored. */
const mostEntries = 1_000;

/** Seconds until the entries of a run without heartbeats expire. */
const forgottenAfter = 600;

/** Runs and their workers, in a Redis that all of them share. */
export class RunRegistry {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Writes a run at each heartbeat. A run that was taken for dead becomes alive again. */
  async putRun(id: string, run: StandingRun): Promise<void> {
    await this.#redis.hset(keys.runs, id, JSON.stringify(run));
    await this.#redis.expire(keys.runs, forgottenAfter);
    await this.#redis.del(keys.over(id));
  }

  /** Returns the runs by id, without entries that other versions wrote in another form. */
  runs(): Promise<ReadonlyMap<string, StandingRun>> {
    return this.#read(keys.runs, standingRun);
  }

  /** Deletes a run and its remaining jobs; its workers find out through `isOver`. */
  async removeRun(id: string): Promise<void> {
    await this.#redis.set(keys.over(id), '1', 'EX', forgottenAfter);
    await this.#redis.hdel(keys.runs, id);
    await this.#redis.unlink(keys.workers(id));
    await removeJobs(this.#redis, id);
  }

  async isOver(id: string): Promise<boolean> {
    return (await this.#redis.exists(keys.over(id))) === 1;
  }

  async putWorker(run: string, id: string, worker: StandingWorker): Promise<void> {
    await this.#redis.hset(keys.workers(run), id, JSON.stringify(worker));
    await this.#redis.expire(keys.workers(run), forgottenAfter);
  }

  async removeWorker(run: string, id: string): Promise<void> {
    await this.#redis.hdel(keys.workers(run), id);
  }

  workers(run: string): Promise<ReadonlyMap<string, StandingWorker>> {
    return this.#read(keys.workers(run), standingWorker);
  }

  async #read<Schema extends z.ZodType>(
    key: string,
    schema: Schema,
  ): Promise<ReadonlyMap<string, z.output<Schema>>> {
    if ((await this.#redis.hlen(key)) > mostEntries) return new Map();
    const entries = Object.entries(await this.#redis.hgetall(key));
    return new Map(
      entries.flatMap(([id, text]) => {
        const read = schema.safeParse(plainOf(text));
        return read.success ? [[id, read.data] as const] : [];
      }),
    );
  }
}

function plainOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
