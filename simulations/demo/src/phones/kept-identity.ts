import { identityName } from '@murmuration/client-sdk/device/identity';
import type { Storage } from '@murmuration/client-sdk/storage/storage';

/** Storage of a phone in memory, except its identity, which `kept` keeps from one start to the next. */
export function keptIdentity(memory: Storage, kept: Storage): Storage {
  return {
    ...memory,
    get: name => (name === identityName ? kept : memory).get(name),
    put: (name, ...bytes) => (name === identityName ? kept : memory).put(name, ...bytes),
    delete: name => (name === identityName ? kept : memory).delete(name),
  };
}
