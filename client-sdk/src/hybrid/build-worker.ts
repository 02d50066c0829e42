import { parentPort } from 'node:worker_threads';
import { startBackend } from '@murmuration/engine/backend/backend';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { messageOf } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

/** Builds each model that it is given, and says null, or why it can't be built. */
parentPort!.on('message', async (model: ModelFiles) => {
  try {
    await startBackend();
    (await classifierOf(model)).dispose();
    parentPort!.postMessage(null);
  } catch (error) {
    parentPort!.postMessage(messageOf(error));
  }
});
