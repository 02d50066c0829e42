import { setFlagsFromString } from 'node:v8';

/**
 * For a process that hosts many devices: lets the heap of each thread grow threefold between two full collections. Models and updates lie
 * outside of it, yet V8 counts them as its growth, and a thread with little else would collect for every device or two.
 */
export function growHeapFreely(): void {
  setFlagsFromString('--heap-growing-percent=200');
}
