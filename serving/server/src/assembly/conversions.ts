import { Worker } from 'node:worker_threads';
import type { Converter } from '../conversion/converter.ts';
import { ThreadConverter } from '../conversion/thread-converter.ts';

/** Returns a converter that reads large requests and writes large answers in its own thread. */
export function threadConverter(): Converter {
  return new ThreadConverter(() => new Worker(new URL('./conversion-thread.ts', import.meta.url)));
}
