import { Worker } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { ThreadData, ThreadReply, ThreadRequest } from './thread.ts';
import { errorOf } from './thrown.ts';

/** Request without its number. */
type Question = ThreadRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'number'>
    : never
  : never;

type Answered = Exclude<ThreadReply, { readonly detail: string }>;

interface Asked {
  readonly question: Question;
  readonly resolve: (reply: Answered) => void;
  readonly reject: (error: unknown) => void;
}

/** Maximum ms of one operation before a thread is ended. */
interface Patience {
  /** Maximum ms to load a model. */
  readonly loading: number;
  /** Maximum ms to run or close a model. */
  readonly running: number;
}

/**
 * Thread that runs models, and ends if one of them breaks it or keeps it busy for too long. Then that model's
 * request is refused with `model.unusable` or `prediction.timeout`, the others with `inference.unavailable`.
 */
export class ModelThread {
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #patience: Patience;
  /** Pending requests, the oldest first: that is the one under way. */
  readonly #asked = new Map<number, Asked>();
  readonly #ended = new Set<() => void>();
  #number = 0;
  #timer: Cancel | undefined;
  isAlive = true;

  constructor(data: ThreadData, clock: Clock, patience: Patience) {
    this.#clock = clock;
    this.#patience = patience;
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: data });
    this.#worker.unref();
    this.#worker.on('message', (reply: ThreadReply) => this.#answered(reply));
    this.#worker.on('error', () => this.#lost());
    this.#worker.on('exit', () => this.#lost());
  }

  ask(question: Question): Promise<Answered> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive) {
        reject(gone());
        return;
      }
      const number = this.#number++;
      this.#asked.set(number, { question, resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ ...question, number });
      if (this.#asked.size === 1) this.#watch();
    });
  }

  /** Calls `ended` once the thread is lost, unless `end` was called, or this is cancelled. */
  onEnd(ended: () => void): Cancel {
    this.#ended.add(ended);
    return () => this.#ended.delete(ended);
  }

  async end(): Promise<void> {
    this.#ended.clear();
    this.#lost();
    await this.#worker.terminate();
  }

  #answered(reply: ThreadReply): void {
    const asked = this.#asked.get(reply.number);
    this.#asked.delete(reply.number);
    this.#watch();
    if (this.#asked.size === 0) this.#worker.unref();
    if (!('detail' in reply)) {
      asked?.resolve(reply);
      return;
    }
    asked?.reject(errorOf(reply, 'The model failed'));
    if (reply.isBroken) this.#lost();
  }

  /** Ends the thread if the operation under way takes too long. */
  #watch(): void {
    this.#timer?.();
    const [oldest] = this.#asked;
    if (!oldest) return;
    const [number, { question, reject }] = oldest;
    const { loading, running } = this.#patience;
    const isLoading = question.kind === 'load';
    const most = isLoading ? loading : running;
    this.#timer = this.#clock.at(this.#clock.now() + most, () => {
      this.#asked.delete(number);
      const why = `The model was not ${isLoading ? 'loaded' : 'run'} within ${most} ms; its thread is ended.`;
      reject(new MurmurationError('prediction.timeout', why));
      this.#lost();
    });
  }

  #lost(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#timer?.();
    for (const { reject } of this.#asked.values()) reject(gone());
    this.#asked.clear();
    void this.#worker.terminate();
    for (const ended of [...this.#ended]) ended();
    this.#ended.clear();
  }
}

function gone(): MurmurationError {
  return new MurmurationError('inference.unavailable', 'The thread of the model has ended.');
}
