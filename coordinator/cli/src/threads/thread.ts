import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorCode, MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

export type CommandThreadReply =
  | { readonly done: unknown }
  | {
      /** Code of a Murmuration error; null for any other. */
      readonly code: ErrorCode | null;
      readonly detail: string;
    };

const { module, given } = workerData as { readonly module: string; readonly given: unknown };
parentPort!.postMessage(await reply());

async function reply(): Promise<CommandThreadReply> {
  try {
    const { default: work } = (await import(module)) as { default: (given: unknown) => Promise<unknown> };
    return { done: await work(given) };
  } catch (error) {
    const own = error instanceof MurmurationError ? error : null;
    return { code: own?.code ?? null, detail: own?.detail ?? messageOf(error) };
  }
}
