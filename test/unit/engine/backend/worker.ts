import { parentPort } from 'node:worker_threads';
import { startBackend } from '@murmuration/engine/backend/backend';
import { sparseSoftmaxCrossEntropy } from '@murmuration/engine/objective/losses';
import * as tf from '@murmuration/engine/tfjs/tf';

/** Answers a number with the gradient of a lookup that it scales, and with what starting the backend left behind. */
parentPort?.on('message', async (scale: number) => {
  const chosen = await startBackend();
  const gradient = tf.grad(table =>
    sparseSoftmaxCrossEntropy(tf.gather(table, tf.tensor1d([1], 'int32')), tf.tensor1d([0], 'int32')).mul(
      scale,
    ),
  )(tf.zeros([2, 2]));
  parentPort?.postMessage({
    chosen,
    gradient: [...gradient.dataSync()],
    listeners: process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection'),
  });
});
