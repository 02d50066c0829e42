import { hex } from '@murmuration/protocol/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemClock, systemRandom } from '@murmuration/protocol/system';
import { PlatformClient } from './client.ts';
import { nodeInference } from './hybrid/node-inference.ts';
import type { ClientOptions } from './options.ts';
import type { Platform } from './platform.ts';
import { localWorkshop } from './session/local-workshop.ts';
import { workerTrainer } from './training/worker-trainer.ts';
import { socketIoTransport } from './transport/socket-io.ts';

export { fineTuned } from './hybrid/fine-tuned.ts';
export { ngramCache } from './hybrid/ngram-cache.ts';
export { privateLayers } from './hybrid/private-layers.ts';
export { fileStorage } from './storage/file.ts';
export { memoryStorage } from './storage/memory.ts';

/** A Node process as a device: it has no battery and no screen, so it says that it is idle, charging and unmetered. */
export const nodePlatform: Platform = {
  name: 'node',
  clock: systemClock,
  random: systemRandom,
  ed25519: native.ed25519,
  workshop: async () => localWorkshop(native, systemRandom),
  contentHash: async bytes => hex(native.sha256(bytes)),
  conditions: async () => ({ idle: true, charging: true, unmetered: true }),
  transport: socketIoTransport,
  trainer: objective => workerTrainer(objective),
  inference: nodeInference,
};

/** The client of a Node process; training runs in a worker thread. */
export class FederatedClient extends PlatformClient {
  constructor(options: ClientOptions) {
    super(options, nodePlatform);
  }
}
