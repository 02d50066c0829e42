import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { PlatformClient } from './client/client.ts';
import type { ClientOptions, ExamplesByTask } from './client/options.ts';
import { parts } from './client/parts.ts';
import type { Platform } from './client/platform.ts';
import { nodeInference } from './hybrid/node-inference.ts';
import { trials } from './hybrid/trial.ts';
import { namedTransport } from './transport/named.ts';
import { localUpdateProcessor } from './update/local-update-processor.ts';
import { workerTrainer } from './worker/thread-trainer.ts';

export * from './common.ts';
export { fileStorage } from './storage/file.ts';

/** Platform of a Node process, which has no battery or screen: it reports idle, charging and unmetered. */
export const nodePlatform: Platform = {
  name: 'node',
  clock: systemClock,
  random: systemRandom,
  signingKey: native.ed25519.signingKey,
  parts,
  updateProcessor: async () => localUpdateProcessor(native, systemRandom),
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpuSeconds: (user + system) / 1e6, memory: process.memoryUsage.rss() };
  },
  contentHash: async bytes => hex(native.sha256(bytes)),
  conditions: async () => ({ idle: true, charging: true, unmetered: true }),
  transport: namedTransport,
  trainer: objective => workerTrainer(objective),
  inference: serving => nodeInference(serving, trials(systemClock)),
};

/** Client for a Node process; training runs in a worker thread. */
export class FederatedClient<
  Examples extends ExamplesByTask = ExamplesByTask,
> extends PlatformClient<Examples> {
  constructor(options: ClientOptions<Examples>) {
    super(options, nodePlatform);
  }

  /** Stops the client at the end of `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
