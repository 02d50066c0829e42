import type { Clock } from '@murmuration/protocol/time/clock';
import type { PlatformClient } from '../client/client.ts';
import type { BackgroundOptions, Wake } from './wake.ts';

export interface BackgroundResult {
  /**
   * Reason of the end. `done`: nothing was left to do. `deadline`: its time was over, or `signal` was
   * aborted. `unreachable`: the coordinator couldn't be reached in the time left. `refused`: the coordinator
   * rejects the device. `off`: the client takes no part, for lack of consent or because another client does.
   */
  readonly ended: 'done' | 'deadline' | 'unreachable' | 'refused' | 'off';
  /** Bytes of downloaded model versions. */
  readonly modelBytes: number;
  /** Number of rounds that count this device's update. */
  readonly contributions: number;
  /** Last reason why the device waits, from the coordinator or the device, by task. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Milliseconds of inactivity that end a wake: between two transfers the device reads its storage. */
const quiet = 1_000;
/** Most ms at the end of a wake for leaving rounds and closing connections; a tenth of a shorter wake. */
const longestFarewell = 3_000;

/** Takes part until nothing is left to do, or the wake is nearly over; the client is off before and after. */
export async function takePartFor(
  client: PlatformClient,
  clock: Clock,
  { deadlineMs, processing = false, signal }: BackgroundOptions,
  wake: Wake,
): Promise<BackgroundResult> {
  const until = clock.now() + deadlineMs;
  const told = { modelBytes: 0, contributions: 0, reasons: {} as Record<string, string> };
  /** Times of the next check-ins, by task, ms since 1970. */
  const next = new Map<string, number>();
  let look = () => {};
  const listening = [
    client.on('model', ({ bytes }) => {
      told.modelBytes += bytes;
    }),
    client.on('round', ({ phase }) => {
      if (phase === 'counted') told.contributions += 1;
    }),
    client.on('wait', ({ task, after, reason }) => {
      told.reasons[task] = reason;
      next.set(task, clock.now() + (after ?? 0));
      look();
    }),
  ];
  let cancelQuiet = () => {};
  const over = new Promise<BackgroundResult['ended']>(resolve => {
    const stop = () => resolve('deadline');
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    const cancel = clock.at(until - Math.min(longestFarewell, deadlineMs / 10), () => resolve('deadline'));
    const mayTrain = () => processing && Array.from(next.values()).some(at => at < until);
    look = () => {
      cancelQuiet();
      const { state } = client;
      if (state.state === 'refused') resolve('refused');
      else if (state.state === 'waiting' && state.retryAt >= until) resolve('unreachable');
      else if (state.state === 'resting' && !wake.isTransferring && !mayTrain())
        cancelQuiet = clock.at(clock.now() + quiet, () => resolve('done'));
    };
    listening.push(
      client.subscribe(() => look()),
      cancel,
      () => signal?.removeEventListener('abort', stop),
    );
    wake.watch(() => look());
    client.start().then(
      () => client.state.state === 'off' && resolve('off'),
      () => resolve('off'),
    );
  });
  try {
    return { ended: await over, ...told };
  } finally {
    cancelQuiet();
    for (const stop of listening) stop();
    // A coordinator that is not told in time finds out on its own.
    let cancel = () => {};
    const noTime = new Promise<void>(resolve => {
      cancel = clock.at(signal?.aborted ? clock.now() : until, resolve);
    });
    await Promise.race([client.stop(), noTime]);
    cancel();
  }
}
