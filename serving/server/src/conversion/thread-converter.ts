import type { Worker } from 'node:worker_threads';
import { errorOf, type Thrown } from '../runtime/thrown.ts';
import type { Conversion, Converter, Waiter } from './converter.ts';
import { packed, unpacked } from './packing.ts';

/** Message to the conversion thread. */
export interface ConversionOrder {
  readonly name: string;
  readonly given: object;
}

export type ConversionReply = { readonly made: object } | Thrown;

interface Job extends ConversionOrder {
  readonly signal: Waiter | undefined;
  readonly resolve: (made: object) => void;
  readonly reject: (reason: unknown) => void;
}

/** Maximum bytes or elements that are converted in the calling thread, which takes a few ms. */
const little = 262_144;

/**
 * Converts large bodies one after the other in its own thread, which starts with the first one. The calling
 * thread answers others meanwhile, and survives if that thread runs out of memory.
 */
export class ThreadConverter implements Converter {
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  readonly #waiting: Job[] = [];
  #job: Job | undefined;

  constructor(start: () => Worker) {
    this.#start = start;
  }

  convert<Given extends object, Made extends object>(
    { name, run }: Conversion<Given, Made>,
    given: Given,
    size: number,
    signal?: Waiter,
  ): Made | Promise<Made> {
    if (size <= little) return run(given);
    return new Promise<object>((resolve, reject) => {
      this.#waiting.push({ name, given, signal, resolve, reject });
      this.#next();
    }) as Promise<Made>;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #next(): void {
    if (this.#job) return;
    const job = this.#waiting.shift();
    if (!job) {
      this.#worker?.unref();
      return;
    }
    if (job.signal?.aborted) {
      job.reject(job.signal.reason);
      this.#next();
      return;
    }
    this.#job = job;
    this.#worker ??= this.#begin();
    this.#worker.ref();
    const { message, buffers } = packed(job.given);
    this.#worker.postMessage({ name: job.name, given: message } satisfies ConversionOrder, buffers);
  }

  #begin(): Worker {
    const worker = this.#start();
    worker.on('message', (reply: ConversionReply) => this.#settle(reply));
    // The exit event follows, and is handled there.
    worker.on('error', () => {});
    worker.on('exit', () => {
      this.#worker = undefined;
      const detail =
        'It took more memory than there is to read the body, or to write the answer; send less at once.';
      this.#settle({ code: 'request.too-large', detail });
    });
    return worker;
  }

  #settle(reply: ConversionReply): void {
    const job = this.#job;
    this.#job = undefined;
    if (job && 'made' in reply) job.resolve(unpacked(reply.made));
    else if (job && 'code' in reply) job.reject(errorOf(reply, 'A conversion failed'));
    this.#next();
  }
}
