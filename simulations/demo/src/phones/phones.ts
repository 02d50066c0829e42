import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Learning, PhonesData, PhonesEvent, PhonesOrder } from './worker.ts';

interface EventMap {
  event: [event: PhonesEvent];
  /** Error that ended a worker. */
  failure: [error: Error];
}

/**
 * Virtual phones, spread over one worker thread a core; a tfjs instance for each phone would cost 45 MB and a
 * second.
 */
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

  /**
   * Connects some phones to a coordinator to report which words they type; resolves when they are connected,
   * rejects if a worker fails before.
   */
  async answer(url: string, phones: readonly number[]): Promise<void> {
    const connected = this.#connected(phones.length);
    this.#order({ type: 'answer', url, phones });
    await connected;
  }

  /** Disconnects the phones that came to answer; resolves when they have left. */
  async rest(): Promise<void> {
    let left = this.#workers.length;
    const rested = new Promise<void>(resolve => {
      this.on('event', ({ type }) => {
        if (type === 'rested' && --left === 0) resolve();
      });
    });
    this.#order({ type: 'rest' });
    await rested;
  }

  /**
   * Connects all phones to a coordinator to learn, and to no other from then on; resolves and rejects as
   * `answer` does.
   */
  async learn(learning: Learning): Promise<void> {
    const connected = this.#connected(this.#count);
    this.#order({ type: 'learn', ...learning });
    await connected;
  }

  /** Counts from this call on; a phone that connects again is not counted twice. */
  #connected(phones: number): Promise<void> {
    const seen = new Set<number>();
    return new Promise((resolve, reject) => {
      this.on('event', event => {
        if (event.type === 'connected' && seen.add(event.phone).size === phones) resolve();
      });
      this.once('failure', reject);
    });
  }

  #order(order: PhonesOrder): void {
    for (const worker of this.#workers) worker.postMessage(order);
  }

  /** Lets only the first `count` phones take part; the others rest once they have no part in a round. */
  awake(count: number): void {
    this.#order({ type: 'turn', awake: count });
  }

  /** Lets every phone leave its rounds, and ends the threads. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#workers.map(async worker => {
        const ended = once(worker, 'exit');
        worker.postMessage({ type: 'stop' } satisfies PhonesOrder);
        await ended;
      }),
    );
  }
}
