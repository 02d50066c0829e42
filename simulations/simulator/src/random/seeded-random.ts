import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/**
 * Makes reproducible random bytes: a ChaCha20 key stream under the hash of the seed and the purpose. Never
 * for real devices.
 */
export function seededRandom(seed: number, purpose: string): RandomBytes {
  const stream = native.keystream(native.sha256(utf8(`murmuration/simulation ${purpose} ${seed}`)), 0);
  return length => stream.next(Math.ceil(length / 64)).slice(0, length);
}
