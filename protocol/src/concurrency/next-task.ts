/**
 * Goes on in a task of its own, so that what else waits for this thread, such as a page's, has its turn: by a message to itself, since
 * timers of browsers wait for milliseconds, and frames of hidden pages never come. A platform without such channels goes on at once.
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
