import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap of each thread grow threefold between two full collections, for a process that hosts many
 * devices. Models and updates are outside the heap, yet V8 counts them as its growth, and a thread with
 * little else would collect every one or two devices.
 */
export function growHeapFreely(): void {
  setFlagsFromString('--heap-growing-percent=200');
}
