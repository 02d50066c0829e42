/**
 * Continues in a new task, so that other work waiting for this thread, such as a page's, has its turn. Uses a
 * message to itself, since browser timers wait for milliseconds and frames of hidden pages never come.
 * Continues at once on a platform without `MessageChannel`.
 */
export async function nextTask(): Promise<void> {
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
