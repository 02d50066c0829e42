import { nextTask } from '@murmuration/protocol/concurrency/next-task';

/** Examples between two turns of other work: a few ms. */
const examplesPerTurn = 100;

/** Calls `work` for each example, and regularly lets other work of this thread run, such as a page's. */
export async function inTurns(
  examples: readonly unknown[],
  signal: AbortSignal,
  work: (example: unknown) => void,
): Promise<void> {
  for (const [i, example] of examples.entries()) {
    if (i % examplesPerTurn === examplesPerTurn - 1) {
      await nextTask();
      signal.throwIfAborted();
    }
    work(example);
  }
}
