import { hex } from '@murmuration/protocol/encoding/bytes';
import { sealingKeyOf } from '@murmuration/protocol/primitives/portable';
import type { AgreementKey, Primitives } from '@murmuration/protocol/primitives/primitives';

/**
 * Primitives that compute what two X25519 keys agree on once. A thread of a simulation plays many devices, and where it plays both owners,
 * the second one asks for what the first one had: the bytes are those of `primitives`, found again by the two public keys, and forgotten then.
 *
 * @param limit pairs of keys whose second owner may still ask; about 400 bytes each.
 */
export function agreedOnce(primitives: Primitives, limit = 65_536): Primitives {
  const agreed = new Map<string, Uint8Array>();
  return {
    ...primitives,
    x25519: {
      agreementKey(secret): AgreementKey {
        const own = primitives.x25519.agreementKey(secret);
        const ownName = hex(own.publicKey);
        const agree = (peerPublicKey: Uint8Array): Uint8Array => {
          const peerName = hex(peerPublicKey);
          // Who asks is part of it: an owner that asks again is not the other one.
          const asked = `${peerName} ${ownName}`;
          const known = agreed.get(asked);
          if (known) {
            agreed.delete(asked);
            return known;
          }
          const bytes = own.agree(peerPublicKey);
          if (agreed.size >= limit) agreed.clear();
          agreed.set(`${ownName} ${peerName}`, new Uint8Array(bytes));
          return bytes;
        };
        return {
          publicKey: own.publicKey,
          agree,
          sealingKey: peerPublicKey => sealingKeyOf(agree(peerPublicKey)),
        };
      },
    },
  };
}
