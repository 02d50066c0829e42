import type { Redis } from 'ioredis';
import type * as z from 'zod';
import { keys, removeJobs } from './keys.ts';
import { type StandingRun, type StandingWorker, standingRun, standingWorker } from './standing.ts';

/** Of each kind that is read; a Redis that has more is used by others. */
const mostEntries = 1_000;

/** Seconds after which a Redis no longer has what nobody has a beat for. */
const forgottenAfter = 600;

/** Which runs there are, and which workers each has, in a Redis that all of them share. */
export class Registry {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** As often as the run has a beat: one that others took for dead is there again. */
  async putRun(id: string, run: StandingRun): Promise<void> {
    await this.#redis.hset(keys.runs, id, JSON.stringify(run));
    await this.#redis.expire(keys.runs, forgottenAfter);
    await this.#redis.del(keys.over(id));
  }

  /** By their ids. Entries that other versions have written in another form are left out. */
  runs(): Promise<ReadonlyMap<string, StandingRun>> {
    return this.#read(keys.runs, standingRun);
  }

  /** Deletes a run, with what is left of its jobs; its workers hear of it. */
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
