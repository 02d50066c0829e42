import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Storage } from './storage.ts';

const ownFailures = new WeakSet<MurmurationError>();

/** Returns true if the device's own storage has failed; the coordinator's has the same codes. */
export const isOwnFailure = (error: MurmurationError): boolean => ownFailures.has(error);

/**
 * Returns the storage with errors that all have codes: any other error of an
 * app's storage becomes `storage.failed`.
 */
export function withNamedFailures(storage: Storage): Storage {
  const named = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (cause) {
      const detail = `The storage of the app failed to ${what}: ${messageOf(cause)}`;
      const failure =
        cause instanceof MurmurationError ? cause : new MurmurationError('storage.failed', detail, { cause });
      ownFailures.add(failure);
      throw failure;
    }
  };
  return {
    get: name => named(`read "${name}"`, () => storage.get(name)),
    put: (name, bytes) => named(`write "${name}"`, () => storage.put(name, bytes)),
    delete: name => named(`delete "${name}"`, () => storage.delete(name)),
    clear: except => named('clear', () => storage.clear(except)),
    claim: (signal, waits) => storage.claim(signal, waits),
    ...(storage.putParts && {
      putParts: (name: string, parts: readonly Uint8Array[]) =>
        named(`write "${name}"`, () => storage.putParts!(name, parts)),
    }),
    ...(storage.watch && {
      watch: (name: string, changed: () => void) => storage.watch!(name, changed),
    }),
  };
}
