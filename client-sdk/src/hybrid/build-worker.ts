import { parentPort } from 'node:worker_threads';
import { startBackend } from '@murmuration/engine/backend/backend';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { messageOf } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Answers each model with null, or with the reason why it can't be built. */
parentPort!.on('message', async (model: ModelFiles) => {
  try {
    await startBackend();
    (await classifierOf(model)).dispose();
    parentPort!.postMessage(null);
  } catch (error) {
    parentPort!.postMessage(messageOf(error));
  }
});
