import { concatBytes, hex } from '@murmuration/protocol/encoding/bytes';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';

/**
 * Caches signature checks by the SHA-256 of key, signature and message. A thread of a simulation plays many
 * devices, and each checks the same keys and statements of its neighbours.
 * @param limit answers to keep; 64 bytes each, plus the map's overhead
 */
export function checkedOnce(primitives: Primitives, limit = 65_536): Primitives {
  const answers = new Map<string, boolean>();
  return {
    ...primitives,
    ed25519: {
      ...primitives.ed25519,
      verify(publicKey, message, signature) {
        // Lengths separate the three parts in the hash.
        const lengths = new Uint8Array(Uint32Array.of(publicKey.length, signature.length).buffer);
        const asked = hex(primitives.sha256(concatBytes(lengths, publicKey, signature, message)));
        let answer = answers.get(asked);
        if (answer === undefined) {
          answer = primitives.ed25519.verify(publicKey, message, signature);
          if (answers.size >= limit) answers.clear();
          answers.set(asked, answer);
        }
        return answer;
      },
    },
  };
}
