import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PhonesData, PhonesEvent, PhonesOrder } from './worker.ts';

interface EventMap {
  event: [event: PhonesEvent];
  /** A worker ended with an error. */
  failure: [error: Error];
}

/** The virtual phones, spread over one worker thread a core; a tfjs instance for each phone would cost 45 MB and a second. */
export class Phones extends EventEmitter<EventMap> {
  readonly #workers: readonly Worker[];
  readonly #count: number;

  constructor({ phones, ...rest }: PhonesData) {
    super();
    this.#count = phones.length;
    const threads = Math.min(availableParallelism(), phones.length);
    this.#workers = Array.from({ length: threads }, (_, thread) => {
      const workerData: PhonesData = { ...rest, phones: phones.filter((_, i) => i % threads === thread) };
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
      worker.on('message', (event: PhonesEvent) => this.emit('event', event));
      worker.on('error', error => this.emit('failure', error as Error));
      return worker;
    });
  }

  /** Resolves when every phone is connected; rejects where a worker fails before. */
  connected(phones: number): Promise<void> {
    const seen = new Set<number>();
    return new Promise((resolve, reject) => {
      this.on('event', event => {
        if (event.type === 'connected' && seen.add(event.phone).size === phones) resolve();
      });
      this.once('failure', reject);
    });
  }

  /** Only so many phones take part, those with the numbers from `from` on; the others rest once they have no part in a round. */
  awake(count: number, from = 0): void {
    const turn: PhonesOrder = { awake: count, from, of: this.#count };
    for (const worker of this.#workers) worker.postMessage(turn);
  }

  /** Lets every phone leave politely, and ends the threads. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#workers.map(async worker => {
        const ended = once(worker, 'exit');
        worker.postMessage('stop' satisfies PhonesOrder);
        await ended;
      }),
    );
  }
}
