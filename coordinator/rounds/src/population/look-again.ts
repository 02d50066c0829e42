import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** ms between two looks at what other processes have changed, at least; and how many times as long as a look takes. */
const lookEvery = 2_000;
const sparing = 50;

/** Looks again and again, until the function that is returned is called. `failed` hears of a look that fails; the next one follows. */
export function lookAgain(clock: Clock, look: () => Promise<void>, failed: (error: unknown) => void): Cancel {
  let cancel: Cancel = () => {};
  let isOver = false;
  const again = (took: number) => {
    if (isOver) return;
    const wait = Math.max(lookEvery, sparing * took);
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
