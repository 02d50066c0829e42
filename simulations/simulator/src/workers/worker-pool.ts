import type { Transferable } from 'node:worker_threads';
import { errorOfThread } from '@murmuration/client-sdk/training/training-errors';
import { Timers } from '@murmuration/protocol/time/timers';
import { Piscina } from 'piscina';
import { isStep, type Job, type ResultOf, type WorkerSetup } from './jobs.ts';

/** Options of passing a job to the pool. */
export interface Dispatch {
  /** Time on the devices' clock when the result is needed: the earliest job goes first, except steps. */
  readonly due: number;
  /** Thread that holds a step's state; by default the one with the least to do. */
  readonly thread?: number;
  /** Buffers that move to the thread without a copy. */
  readonly transfer?: readonly Transferable[];
}

/** Job that was passed to the pool. */
export interface Handed<Result> {
  /** Rejects with the thread's error. */
  readonly result: Promise<Result>;
  /** Removes the job from the queue if no thread has it yet; its result then never settles. */
  cancel(): void;
}

/** Thread of a pool: a Piscina with one thread. */
export type Thread = Pick<Piscina, 'run' | 'destroy'>;

/** Thread and its load. */
interface Worker {
  readonly thread: Thread;
  /** Number of its steps. */
  steps: number;
  /** Number of its other jobs. */
  jobs: number;
  /** Number of masked rounds that it holds. */
  held: number;
}

/**
 * Jobs, other than steps, that a thread has at once: one running and one waiting, so that it never waits for
 * the main thread.
 */
const mostJobs = 2;

/** Starts `workers` threads for the jobs of a run. */
export function startThreads(workers: number, setup: WorkerSetup): Thread[] {
  const filename = new URL('./worker.ts', import.meta.url).href;
  return Array.from(
    { length: workers },
    () =>
      new Piscina({
        filename,
        minThreads: 1,
        maxThreads: 1,
        // The pool itself limits how many jobs a thread has.
        concurrentTasksPerWorker: Number.MAX_SAFE_INTEGER,
        workerData: setup,
      }),
  );
}

/**
 * Threads that compute for devices. A step starts at once, between batches of its thread's training, and
 * virtual time stands still until it is over. Of other jobs each thread runs one at a time and holds one
 * more; the earliest due go first. Results count when the devices' clock says so. A thread that dies fails
 * all of its jobs.
 */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  /** Waiting jobs, other than steps, which any thread may run. */
  readonly #queue = new Timers();
  /** Worker that gets the job being taken. */
  #next: Worker;
  #ids = 0;

  /** Takes at least one thread; threads end with the pool. */
  constructor(threads: readonly Thread[]) {
    this.#workers = threads.map(thread => ({ thread, steps: 0, jobs: 0, held: 0 }));
    this.#next = this.#workerOf(0);
  }

  /** Returns an id for state that a thread holds. */
  nextId(): number {
    return this.#ids++;
  }

  get size(): number {
    return this.#workers.length;
  }

  /** Reserves a thread to hold state for later steps, until `release`. */
  hold(): number {
    const held = this.#workers.map(worker => worker.held);
    const thread = held.indexOf(Math.min(...held));
    this.#workerOf(thread).held += 1;
    return thread;
  }

  release(thread: number): void {
    this.#workerOf(thread).held -= 1;
  }

  run<Kind extends Job>(job: Kind, { due, thread, transfer = [] }: Dispatch): Handed<ResultOf<Kind>> {
    const hand = async (worker: Worker, counted: 'steps' | 'jobs'): Promise<ResultOf<Kind>> => {
      worker[counted] += 1;
      try {
        return await worker.thread.run(job, { transferList: transfer as never });
      } catch (cause) {
        throw errorOfThread(cause);
      } finally {
        worker[counted] -= 1;
      }
    };
    let cancel = () => {};
    let result: Promise<ResultOf<Kind>>;
    if (isStep(job)) result = hand(thread === undefined ? this.#freest() : this.#workerOf(thread), 'steps');
    else {
      result = new Promise((resolve, reject) => {
        const queued = this.#queue.add(due, () => {
          hand(this.#next, 'jobs')
            .then(resolve, reject)
            .finally(() => this.#begin());
        });
        cancel = () => this.#queue.cancel(queued);
      });
      this.#begin();
    }
    // The caller gets the error; a result that is no longer wanted must not be an unhandled rejection.
    result.catch(() => {});
    return { result, cancel };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ thread }) => thread.destroy()));
  }

  #workerOf(thread: number): Worker {
    const worker = this.#workers[thread];
    if (!worker) throw new RangeError(`There is no thread ${thread} of ${this.size}.`);
    return worker;
  }

  #freest(): Worker {
    const load = this.#workers.map(({ steps, jobs }) => steps + jobs);
    return this.#workerOf(load.indexOf(Math.min(...load)));
  }

  /** Gives the earliest jobs to threads, idle ones first. */
  #begin(): void {
    // With several threads, the last jobs wait for whichever thread is free first.
    const kept = this.size > 1 ? this.size : 0;
    for (let jobs = 0; jobs < mostJobs; jobs++) {
      for (const worker of this.#workers) {
        if (worker.jobs > jobs) continue;
        if (!this.#queue.first() || (jobs > 0 && this.#queue.size <= kept)) return;
        this.#next = worker;
        this.#queue.take().wake();
      }
    }
  }
}
