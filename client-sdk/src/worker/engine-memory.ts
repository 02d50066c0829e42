import type { BrowserBackendOptions } from '@murmuration/engine/backend/browser-backend';
import { sdkVersion } from '../device/sdk-version.ts';
import { indexedDbStorage } from '../storage/indexed-db.ts';

/**
 * Stores the measured backend of this device, for all apps of the origin; measured
 * again after an update of browser or SDK.
 */
export function engineMemory(): NonNullable<BrowserBackendOptions['memory']> {
  const storage = indexedDbStorage('engine');
  const name = `backend ${sdkVersion} ${globalThis.navigator.userAgent}`;
  return {
    async recall() {
      const bytes = await storage.get(name);
      return bytes && new TextDecoder().decode(bytes);
    },
    async keep(backend) {
      await storage.clear([]);
      await storage.put(name, new TextEncoder().encode(backend));
    },
  };
}
