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
      await giveWay();
      signal.throwIfAborted();
    }
    work(example);
  }
}

/**
 * A message to itself: timers of browsers wait for milliseconds, and frames of hidden pages never come. A platform without such channels
 * goes on at once.
 */
async function giveWay(): Promise<void> {
  if (typeof MessageChannel === 'undefined') return;
  await new Promise<void>(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
