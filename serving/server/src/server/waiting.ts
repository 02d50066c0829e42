import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** Waits for `work` until `time`, ms since 1970, at most. */
export async function untilAtMost(time: number, clock: Clock, work: Promise<unknown>): Promise<void> {
  if (clock.now() >= time) return;
  let cancel: Cancel = () => {};
  const late = new Promise<void>(resolve => {
    cancel = clock.at(time, resolve);
  });
  await Promise.race([work, late]);
  cancel();
}

/** Calls `work` every `ms` from now on, until that is cancelled. */
export function repeating(ms: number, clock: Clock, work: () => unknown): Cancel {
  let cancel: Cancel;
  const arm = () => {
    cancel = clock.at(clock.now() + ms, () => {
      arm();
      work();
    });
  };
  arm();
  return () => cancel();
}
