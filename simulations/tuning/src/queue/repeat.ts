import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';

/** Repeats `work`, pausing `every` ms in between, until `signal` is aborted; errors go to `failed`. */
export async function repeat(
  every: number,
  clock: Clock,
  signal: AbortSignal,
  work: () => Promise<void>,
  failed: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await work().catch(failed);
    await sleep(every, clock, signal).catch(() => {});
  }
}
