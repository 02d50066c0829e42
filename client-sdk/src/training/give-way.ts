import * as tf from '@murmuration/engine/tf';

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/**
 * Lets what else waits on this thread have its turn, such as messages. In browsers that is a message to itself: a frame of the screen,
 * for which `tf.nextFrame` waits, comes sixty times a second, and never while the page is hidden.
 */
export function giveWay(): Promise<void> {
  if (typeof requestAnimationFrame === 'undefined' && 'setImmediate' in globalThis) return tf.nextFrame();
  return new Promise(resolve => {
    channel ??= openChannel();
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => waiting.shift()?.();
  return opened;
}
