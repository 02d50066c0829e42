import type { Transferable } from 'node:worker_threads';
import { errorOfThread } from '@murmuration/client-sdk/training/training-errors';
import { type Timer, Timers } from '@murmuration/protocol/time/timers';
import { Piscina } from 'piscina';
import type { Job, ResultOf, WorkerSetup } from './jobs.ts';

/** How a job goes through the pool. */
export interface Dispatch {
  /** When it is wanted, on the clock of the devices: the earliest goes first. */
  readonly due: number;
  /** The thread that has what the job needs; by default whichever is free. */
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
  /** Jobs that only it may do. */
  readonly own: Timers;
  /** How many jobs it has. */
  jobs: number;
  /** How many masked rounds it holds. */
  held: number;
}

/** Jobs that a thread has at once: the one that it does, and one to go on with, so that it never waits for this thread. */
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
        concurrentTasksPerWorker: mostJobs,
        workerData: setup,
      }),
  );
}

/**
 * Threads that compute what devices would, one job at a time each, while the next one waits in the thread. Those that are due first are
 * handed over first; when their results count is for the clock of the devices to say. A thread that dies takes both its jobs with it.
 */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  /** Jobs that any thread may do. */
  readonly #queue = new Timers();
  /** Where the job that is taken goes to. */
  #next: Worker;
  #ids = 0;

  /** At least one; they end with the pool. */
  constructor(threads: readonly Thread[]) {
    this.#workers = threads.map(thread => ({ thread, own: new Timers(), jobs: 0, held: 0 }));
    this.#next = this.#workerOf(0);
  }

  /** Of something that a thread is to hold. */
  nextId(): number {
    return this.#ids++;
  }

  get size(): number {
    return this.#workers.length;
  }

  /** The thread that is to hold something for the jobs to come; until `release`. */
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
    let queued: Timer | undefined;
    const queue = thread === undefined ? this.#queue : this.#workerOf(thread).own;
    const result = new Promise<ResultOf<Kind>>((resolve, reject) => {
      const begin = (on: Worker) => {
        on.jobs += 1;
        on.thread
          .run(job, { transferList: transfer as never })
          .then(resolve, (cause: unknown) => reject(errorOfThread(cause)))
          .finally(() => {
            on.jobs -= 1;
            this.#begin();
          });
      };
      queued = queue.add(due, () => begin(this.#next));
    });
    // Whoever waits is told; a result that nobody wants any more is no fault.
    result.catch(() => {});
    this.#begin();
    return { result, cancel: () => queue.cancel(queued!) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ thread }) => thread.destroy()));
  }

  #workerOf(thread: number): Worker {
    const worker = this.#workers[thread];
    if (!worker) throw new RangeError(`There is no thread ${thread} of ${this.size}.`);
    return worker;
  }

  /** Gives each thread what is due first of what it can do: first those that have nothing to do. */
  #begin(): void {
    for (let jobs = 0; jobs < mostJobs; jobs++) {
      for (const worker of this.#workers) {
        if (worker.jobs > jobs) continue;
        const { own } = worker;
        const mine = own.first();
        const any = this.#queue.first();
        this.#next = worker;
        if (mine && (!any || mine.time <= any.time)) own.take().wake();
        // The last ones wait for whichever thread is free first.
        else if (any && (jobs === 0 || this.#queue.size > this.size)) this.#queue.take().wake();
      }
    }
  }
}
