import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { Timers } from '@murmuration/protocol/time/timers';

/** ms of the machine from one look at it to the next. */
const step = 4;
/** ms of the machine that a look counts at most: a process that gets no processor for a second has not let a second pass. */
const most = 2 * step;

/**
 * A clock that runs up to `speed` times as fast as the machine's, a whole number, while anything waits by it: pauses and deadlines between real
 * sockets pass sooner, and keep their proportions. Its time passes in short steps, one a turn of the event loop at most, so that what this
 * process has to do takes it no longer for being done on a busy machine: no deadline passes because others have the processors.
 */
export function hurriedClock(speed: number): Clock {
  const timers = new Timers();
  let time = systemClock.now();
  let isRunning = false;
  const run = (): void => {
    const first = timers.first();
    isRunning = first !== undefined;
    if (!first) return;
    const seen = systemClock.now();
    const left = Math.max(0, Math.ceil((first.time - time) / speed));
    systemClock.at(seen + Math.min(step, left), () => {
      time += speed * Math.min(Math.max(0, systemClock.now() - seen), most);
      // One a turn, so that what follows from it may cancel the next.
      const isDue = (timers.first()?.time ?? Number.POSITIVE_INFINITY) <= time;
      try {
        if (isDue) timers.take().wake();
      } finally {
        run();
      }
    });
  };
  return {
    now: () => time,
    at(due, wake) {
      const timer = timers.add(due, wake);
      if (!isRunning) run();
      return () => timers.cancel(timer);
    },
  };
}

/**
 * The machine's clock, by which pauses and limits pass up to `speed` times as soon, as on a hurried clock: for devices that share the time of day
 * with a coordinator, and are to come back sooner than they would.
 */
export function hurriedPauses(speed: number): Clock {
  const hurried = hurriedClock(speed);
  const now = () => systemClock.now();
  return { now, at: (time, wake) => hurried.at(hurried.now() + (time - now()), wake) };
}
