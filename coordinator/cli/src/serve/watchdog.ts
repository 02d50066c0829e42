import { spawn } from 'node:child_process';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

interface WatchdogPorts {
  /** The environment of this process: WATCHDOG_USEC, WATCHDOG_PID and NOTIFY_SOCKET are systemd's. */
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** Hears once why systemd could not be told. */
  readonly failed: (error: Error) => void;
}

/**
 * Tells systemd that this thread goes on, twice within the time after which it takes the process for one that hangs (sd_watchdog_enabled(3)): by
 * systemd-notify, since its socket is none that Node can write to. Does nothing where systemd does not ask for that. Returns what ends it.
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
