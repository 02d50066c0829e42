import { Worker } from 'node:worker_threads';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { ThreadReply } from './thread.ts';

/** The default export of a module whose work is done in a thread: it takes and gives what can be cloned. */
type Work = (given: never) => Promise<unknown>;

interface ThreadLimits {
  readonly clock?: Clock | undefined;
  /** ms; by default a minute, which inference servers have for building a model. */
  readonly most?: number;
}

/** ms that running a model may take besides, to measure it. */
export const measuring = 600_000;

/**
 * Does the work of a module in a thread of its own, which ends with it: a model that others have made may keep what builds it busy for ever.
 * Throws what the work throws, and `model.unusable` where it takes too long, or breaks the thread.
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
      worker.once('message', (reply: ThreadReply) => {
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
