import { Worker } from 'node:worker_threads';
import type { Converter } from '../conversion/converter.ts';
import { ThreadConverter } from '../conversion/thread-converter.ts';

/** Reads large requests and writes large answers in a thread of its own. */
export function threadConverter(): Converter {
  return new ThreadConverter(() => new Worker(new URL('./conversion-thread.ts', import.meta.url)));
}
