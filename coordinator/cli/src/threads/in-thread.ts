import { Worker } from 'node:worker_threads';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { CommandThreadReply } from './thread.ts';

/** Default export of a module that does its work in a thread; arguments and result must be cloneable. */
type Work = (given: never) => Promise<unknown>;

interface ThreadLimits {
  readonly clock?: Clock | undefined;
  /** Time limit in ms; by default a minute, the limit of inference servers for building a model. */
  readonly most?: number;
}

/** Additional ms that running a model may take to measure it. */
export const measuring = 600_000;

/**
 * Runs a module's work in a thread of its own, since building a third-party model may never return. The
 * thread ends with the work. Throws what the work throws, and `model.unusable` if it takes over `most` ms or
 * crashes the thread.
 */
export async function inThread<Asked extends Work>(
  module: URL,
  given: Parameters<Asked>[0],
  { clock = steadyClock(), most = 60_000 }: ThreadLimits = {},
): Promise<Awaited<ReturnType<Asked>>> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: { module: module.href, given },
  });
  let cancel = () => {};
  try {
    return await new Promise((resolve, reject) => {
      const refuse = (why: string, cause?: unknown) =>
        reject(new MurmurationError('model.unusable', `The model can't be used: ${why}.`, { cause }));
      cancel = clock.at(clock.now() + most, () => refuse(`it takes more than ${most} ms`));
      worker.once('message', (reply: CommandThreadReply) => {
        if ('done' in reply) resolve(reply.done as Awaited<ReturnType<Asked>>);
        else reject(reply.code ? new MurmurationError(reply.code, reply.detail) : new Error(reply.detail));
      });
      worker.once('error', cause => refuse(`its thread failed: ${messageOf(cause)}`, cause));
      worker.once('exit', () => refuse('its thread has ended'));
    });
  } finally {
    cancel();
    await worker.terminate();
  }
}
