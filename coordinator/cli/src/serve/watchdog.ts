import { spawn } from 'node:child_process';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

interface WatchdogPorts {
  /** Environment of this process: WATCHDOG_USEC, WATCHDOG_PID and NOTIFY_SOCKET are systemd's. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Called once with the reason why systemd could not be notified. */
  readonly failed: (error: Error) => void;
}

/**
 * Notifies systemd that this thread is alive, twice within the time after which it considers the process hung
 * (sd_watchdog_enabled(3)), with systemd-notify, since Node can't write to its socket. Does nothing if
 * systemd does not ask for that. Returns a function that ends it.
 */
export function keepWatchdog({ env, clock, failed }: WatchdogPorts): Cancel {
  const within = Number(env.WATCHDOG_USEC) / 1_000;
  const isMeant = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
  if (!env.NOTIFY_SOCKET || !(within > 0) || !isMeant) return () => {};
  let cancel: Cancel = () => {};
  let hasFailed = false;
  const fail = (error: Error) => {
    if (!hasFailed) failed(error);
    hasFailed = true;
  };
  const tell = () => {
    spawn('systemd-notify', ['WATCHDOG=1'], { env, stdio: 'ignore' }).on('error', fail).unref();
    cancel = clock.at(clock.now() + within / 2, tell);
  };
  tell();
  return () => cancel();
}
