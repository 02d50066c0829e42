import { hex } from '@murmuration/protocol/encoding/bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { PlatformClient } from './client/client.ts';
import { loadParts } from './client/load-parts.ts';
import type { ClientOptions, ExamplesByTask } from './client/options.ts';
import type { Platform } from './client/platform.ts';
import { browserConditions, browserSpares } from './device/browser-conditions.ts';
import { browserSigningKey } from './device/browser-signing.ts';
import { namedTransport } from './transport/named.ts';
import { workerTrainer } from './worker/worker-trainer.ts';

export * from './common.ts';
export { indexedDbStorage } from './storage/indexed-db.ts';
export { workerInference } from './worker/worker-inference.ts';
export { workerTrainer } from './worker/worker-trainer.ts';

/**
 * Platform of a page. It touches no browser API before the client starts, so a server can render the page.
 */
function browserPlatform(): Platform {
  return {
    name: 'browser',
    clock: systemClock,
    random: systemRandom,
    signingKey: browserSigningKey,
    async updateProcessor() {
      const { portable } = await import('@murmuration/protocol/primitives/portable');
      const { localUpdateProcessor } = await import('./update/local-update-processor.ts');
      return localUpdateProcessor(portable, systemRandom);
    },
    conditions: browserConditions,
    spares: browserSpares,
    online(wake) {
      globalThis.addEventListener?.('online', wake);
      return () => globalThis.removeEventListener?.('online', wake);
    },
    contentHash: hashAside,
    // The browser sends the bytes of a Blob directly; it copies an array first, which blocks the page.
    transport: (base, platform, name) => namedTransport(base, platform, name, bytes => new Blob([bytes])),
    trainer: script => workerTrainer(() => new Worker(script, { type: 'module' })),
  };
}

/**
 * Client for web pages. Its workers train, mask and predict. Of the tabs that share a storage, one takes part
 * at a time. A task's `trainer` is a `workerTrainer`, or the URL of a script that calls `serveTraining`.
 */
export class FederatedClient<
  Examples extends ExamplesByTask = ExamplesByTask,
> extends PlatformClient<Examples> {
  constructor(options: ClientOptions<Examples>) {
    super(options, browserPlatform());
  }
}

/** Hashes with WebCrypto, off the main thread; insecure pages don't have it. */
async function hashAside(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (!subtle) return (await loadParts()).hashHere(bytes);
  return hex(new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
