import type { Transferable } from 'node:worker_threads';
import { errorOfThread } from '@murmuration/client-sdk/training/training-errors';
import { Timers } from '@murmuration/protocol/time/timers';
import { Piscina } from 'piscina';
import { isStep, type Job, type ResultOf, type WorkerSetup } from './jobs.ts';

/** How a job goes through the pool. */
export interface Dispatch {
  /** When it is wanted, on the clock of the devices: of all but steps, the earliest goes first. */
  readonly due: number;
  /** The thread that has what a step needs; by default the one with the least to do. */
  readonly thread?: number;
  /** Buffers that change threads without a copy. */
  readonly transfer?: readonly Transferable[];
}

/** A job that was handed over. */
export interface Handed<Result> {
  /** Throws what the thread failed with. */
  readonly result: Promise<Result>;
  /** Takes the job out of the queue where no thread has it yet: its result never comes then. */
  cancel(): void;
}

/** A thread of a pool: a Piscina with one. */
export type Thread = Pick<Piscina, 'run' | 'destroy'>;

/** A thread, and what it has to do. */
interface Worker {
  readonly thread: Thread;
  /** How many steps it has. */
  steps: number;
  /** How many other jobs it has. */
  jobs: number;
  /** How many masked rounds it holds. */
  held: number;
}

/** Jobs but steps that a thread has at once: the one that it does, and one to go on with, so that it never waits for this thread. */
const mostJobs = 2;

/** So many threads for the jobs of a run. */
export function startThreads(workers: number, setup: WorkerSetup): Thread[] {
  const filename = new URL('./worker.ts', import.meta.url).href;
  return Array.from(
    { length: workers },
    () =>
      new Piscina({
        filename,
        minThreads: 1,
        maxThreads: 1,
        // How many it has at once is for the pool to say.
        concurrentTasksPerWorker: Number.MAX_SAFE_INTEGER,
        workerData: setup,
      }),
  );
}

/**
 * Threads that compute what devices would. A step is handed over at once, and done between the parts of the training that its thread is busy
 * with: the time of all devices stands still until it is over. Of other jobs, each thread does one at a time, while the next one waits in
 * it, and those that are due first are handed over first; when their results count is for the clock of the devices to say. A thread that
 * dies takes all its jobs with it.
 */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  /** Jobs but steps, which any thread may do. */
  readonly #queue = new Timers();
  /** Where the job that is taken goes to. */
  #next: Worker;
  #ids = 0;

  /** At least one; they end with the pool. */
  constructor(threads: readonly Thread[]) {
    this.#workers = threads.map(thread => ({ thread, steps: 0, jobs: 0, held: 0 }));
    this.#next = this.#workerOf(0);
  }

  /** Of something that a thread is to hold. */
  nextId(): number {
    return this.#ids++;
  }

  get size(): number {
    return this.#workers.length;
  }

  /** The thread that is to hold something for the steps to come; until `release`. */
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
    // Whoever waits is told; a result that nobody wants any more is no fault.
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

  /** Gives threads what is due first: first those that have nothing to do. */
  #begin(): void {
    // The last ones wait for whichever thread is free first, where there are several.
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
