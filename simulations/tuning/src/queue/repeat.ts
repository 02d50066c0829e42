import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';

/** Does something again and again, `every` ms after its last end, until `signal` is aborted; what it throws goes to `failed`. */
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
