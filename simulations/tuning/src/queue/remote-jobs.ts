import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Job } from '@murmuration/simulations/workers/jobs';
import type { Thread } from '@murmuration/simulations/workers/worker-pool';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { decodeAnswer, UnreadableAnswer } from './answers.ts';
import { redisBlobs } from './blobs.ts';
import { problemOf } from './connection.ts';
import { type FarJob, isFar, nameOf, numberOf } from './jobs.ts';
import { keys } from './keys.ts';
import { freeReply } from './large-replies.ts';
import { JobWriter } from './models.ts';
import { repeat } from './repeat.ts';
import { Tidings } from './tidings.ts';

/** Milliseconds between searches for jobs that a Redis has lost. */
const lostJobSearchMs = 1_000;
/**
 * Number of times that a job may fail in the queue, such as by the death of its worker, before the device
 * gets the error.
 */
const maxJobFailures = 10;

/** Job whose result is awaited. */
interface Awaited {
  readonly job: FarJob;
  attempt: number;
  failures: number;
  /** False while it is being queued, or queued again. */
  isQueued: boolean;
  isTaken: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Jobs of a run as jobs of BullMQ. Each result counts once, from any worker, because a training gives the
 * same result everywhere. Jobs that the Redis loses, by a restart or otherwise, are queued again.
 */
export class RemoteJobs implements Thread {
  readonly #redis: Redis;
  readonly #run: string;
  readonly #tell: (line: string) => void;
  readonly #queue: Queue;
  readonly #tidings: Tidings;
  readonly #writer: JobWriter;
  readonly #awaited = new Map<number, Awaited>();
  /** Number of finished jobs by the worker's name. */
  readonly #done = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #looking: Promise<void>;
  #number = 0;
  #lastProblem = '';

  constructor(redis: Redis, run: string, clock: Clock, tell: (line: string) => void) {
    this.#redis = redis;
    this.#run = run;
    this.#tell = tell;
    this.#writer = new JobWriter(redisBlobs(redis));
    this.#queue = new Queue(run, { connection: redis, prefix: keys.jobs });
    // The connection reports errors.
    this.#queue.on('error', () => {});
    this.#tidings = new Tidings(redis, run, {
      done: name => void this.#completed(name),
      failed: (name, reason) => void this.#failed(name, reason),
    });
    const { signal } = this.#closing;
    this.#looking = repeat(
      lostJobSearchMs,
      clock,
      signal,
      () => this.#look(),
      error => this.#problem(error),
    );
  }

  /** Returns a line with the number of jobs per worker; undefined if there are none. */
  get summary(): string | undefined {
    const parts = Array.from(this.#done, ([name, done]) => `${name} ${done}`);
    return parts.length === 0 ? undefined : `Jobs by worker: ${parts.join(', ')}.`;
  }

  run(job: Job): Promise<unknown> {
    if (!isFar(job)) throw new TypeError(`A job "${job.kind}" is no job for workers.`);
    const number = this.#number++;
    return new Promise((resolve, reject) => {
      const awaited = { job, attempt: 0, failures: 0, isQueued: false, isTaken: false, resolve, reject };
      this.#awaited.set(number, awaited);
      void this.#hand(number, awaited);
    });
  }

  async destroy(): Promise<void> {
    this.#closing.abort();
    await this.#looking;
    const gone = new MurmurationError('training.stopped');
    for (const { reject } of this.#awaited.values()) reject(gone);
    this.#awaited.clear();
    await this.#tidings.close();
    await this.#queue.close().catch(() => {});
  }

  /** Queues a job; one that can't be queued now is queued by the next look. */
  async #hand(number: number, awaited: Awaited): Promise<void> {
    try {
      await this.#tidings.begun;
      const data = this.#writer.write(awaited.job);
      await this.#queue.add(data.kind, data, {
        jobId: nameOf(number, awaited.attempt),
        removeOnComplete: true,
        removeOnFail: true,
      });
      awaited.isQueued = true;
      this.#lastProblem = '';
    } catch (error) {
      // A retry would not help.
      if (error instanceof MurmurationError) {
        this.#forget(number, awaited);
        awaited.reject(error);
        return;
      }
      this.#problem(error);
      // The next look finds that the queue does not have it.
      awaited.isQueued = true;
    }
  }

  async #handAgain(number: number, awaited: Awaited): Promise<void> {
    if (!awaited.isQueued || this.#awaited.get(number) !== awaited) return;
    awaited.isQueued = false;
    awaited.attempt += 1;
    this.#writer.forget();
    await this.#hand(number, awaited);
  }

  /** Finds jobs that are neither queued nor running, and have no result. */
  async #look(): Promise<void> {
    if (this.#redis.status !== 'ready') return;
    const queued = [...this.#awaited].filter(([, { isQueued }]) => isQueued);
    if (queued.length === 0) return;
    const asked = this.#redis.pipeline();
    for (const [number, { attempt }] of queued) asked.exists(this.#queue.toKey(nameOf(number, attempt)));
    const answers = (await asked.exec()) ?? [];
    for (const [i, [number, awaited]] of queued.entries()) {
      const [error, exists] = answers[i] ?? [];
      if (error) throw error;
      // A worker stores the result first, and then ends the job.
      if (exists === 0 && !(await this.#take(number))) await this.#handAgain(number, awaited);
    }
  }

  async #completed(name: string): Promise<void> {
    const named = numberOf(name);
    if (named) await this.#take(named.number).catch(error => this.#problem(error));
  }

  async #failed(name: string, reason: string): Promise<void> {
    const named = numberOf(name);
    const awaited = named && this.#awaited.get(named.number);
    if (!awaited || awaited.attempt !== named.attempt) return;
    this.#count(named.number, awaited, reason);
    await this.#handAgain(named.number, awaited);
  }

  /** Takes the result of a job; false if there is none yet and the job is still wanted. */
  async #take(number: number): Promise<boolean> {
    const awaited = this.#awaited.get(number);
    if (!awaited || awaited.isTaken) return true;
    awaited.isTaken = true;
    try {
      const bytes = await this.#redis.getdelBuffer(keys.result(this.#run, number));
      if (!bytes) return false;
      this.#settle(number, awaited, bytes);
      freeReply(bytes);
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      this.#count(number, awaited, `What came from its worker can't be read: ${error.message}`);
      return false;
    } finally {
      awaited.isTaken = false;
    }
    return true;
  }

  #settle(number: number, awaited: Awaited, bytes: Uint8Array): void {
    const { by, outcome } = decodeAnswer(bytes, awaited.job);
    this.#done.set(by, (this.#done.get(by) ?? 0) + 1);
    this.#forget(number, awaited);
    if (outcome instanceof MurmurationError) awaited.reject(outcome);
    else awaited.resolve(outcome);
  }

  #forget(number: number, { job }: Awaited): void {
    this.#awaited.delete(number);
    // Blobs that can't be deleted now expire within the hour.
    this.#writer.release(job).catch(() => {});
  }

  /** Counts a failure, so that a job that crashes every worker ends with an error. */
  #count(number: number, awaited: Awaited, reason: string): void {
    awaited.failures += 1;
    if (awaited.failures < maxJobFailures) return;
    this.#forget(number, awaited);
    awaited.reject(
      new MurmurationError(
        'training.failed',
        `Workers were given this job ${maxJobFailures} times, and none has done it. The last reason: ${reason}`,
      ),
    );
  }

  /** Reports a problem once, rather than at each look. */
  #problem(error: unknown): void {
    const problem = problemOf(error);
    if (problem === this.#lastProblem || this.#closing.signal.aborted) return;
    this.#lastProblem = problem;
    this.#tell(`The Redis does not take jobs now; trying again: ${problem}`);
  }
}
