import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';

/**
 * A clock that runs `speed` times as fast as the machine's, a whole number: pauses and deadlines between real sockets pass sooner, and keep their
 * proportions. By it, whatever is sent or computed takes `speed` times as long.
 */
export function hurriedClock(speed: number): Clock {
  const start = systemClock.now();
  const now = () => start + speed * (systemClock.now() - start);
  return {
    now,
    at(time, wake) {
      let cancel = () => {};
      const arm = () => {
        const left = Math.max(0, Math.ceil((time - now()) / speed));
        cancel = systemClock.at(systemClock.now() + left, () => (now() < time ? arm() : wake()));
      };
      arm();
      return () => cancel();
    },
  };
}
