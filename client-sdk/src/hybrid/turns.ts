import { nextTask } from '@murmuration/protocol/concurrency/next-task';

/** Examples after which other work of the thread has its turn: a few milliseconds of them. */
const perTurn = 100;

/** Does `work` on each example, and lets other work of this thread, such as a page's, have its turn every now and then. */
export async function inTurns(
  examples: readonly unknown[],
  signal: AbortSignal,
  work: (example: unknown) => void,
): Promise<void> {
  for (const [i, example] of examples.entries()) {
    if (i % perTurn === perTurn - 1) {
      await nextTask();
      signal.throwIfAborted();
    }
    work(example);
  }
}
