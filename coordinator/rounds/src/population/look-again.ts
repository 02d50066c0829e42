import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/**
 * ms between two looks at changes by other processes, at least, and the factor by which the pause exceeds
 * the duration of a look.
 */
const minLookGapMs = 2_000;
const sparing = 50;

/**
 * Calls `look` repeatedly until the returned function is called. Calls `failed` if a look fails; the next
 * look follows.
 */
export function lookAgain(clock: Clock, look: () => Promise<void>, failed: (error: unknown) => void): Cancel {
  let cancel: Cancel = () => {};
  let isOver = false;
  const again = (took: number) => {
    if (isOver) return;
    const wait = Math.max(minLookGapMs, sparing * took);
    cancel = clock.at(clock.now() + wait, () => {
      const began = clock.now();
      look()
        .catch(failed)
        .then(() => again(clock.now() - began));
    });
  };
  again(0);
  return () => {
    isOver = true;
    cancel();
  };
}
