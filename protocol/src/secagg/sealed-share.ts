import { concatBytes, equalBytes } from '../bytes.ts';
import type { AgreementKey } from '../primitives/primitives.ts';
import { bind, type RoundContext } from './context.ts';
import { keyBytes } from './keys.ts';
import { shareBytes } from './shamir.ts';

/** The shares of both secrets of one device that one other device holds. */
export interface SharePair {
  /** Of the seed of the self mask, to be revealed if the device's update was counted. */
  readonly seed: Uint8Array;
  /** Of the secret of the masking key, to be revealed if it was lost. */
  readonly masking: Uint8Array;
}

export const oneShareBytes = shareBytes(keyBytes);
export const boxBytes = 2 * oneShareBytes + 16;
/** Half a SHA-256: a share that fits another's hash would take 2¹²⁸ tries. */
export const shareHashBytes = 16;
const nonceBytes = 24;

/**
 * Seals a pair of shares for its holder (NaCl's box). The nonce is the hash of the round and of both devices'
 * sealing keys, in order, so that a box opens only in its round, for its receiver, as its sender's.
 */
export function sealShares(
  context: RoundContext,
  sender: AgreementKey,
  receiverKey: Uint8Array,
  shares: SharePair,
): Uint8Array {
  const nonce = nonceOf(context, sender.publicKey, receiverKey);
  return context.primitives.seal(
    concatBytes(shares.seed, shares.masking),
    nonce,
    sender.sealingKey(receiverKey),
  );
}

/** The shares in a box, or undefined where it was not sealed in this round by this sender for this receiver. */
export function openShares(
  context: RoundContext,
  senderKey: Uint8Array,
  receiver: AgreementKey,
  box: Uint8Array,
): SharePair | undefined {
  const nonce = nonceOf(context, senderKey, receiver.publicKey);
  const shares = context.primitives.open(box, nonce, receiver.sealingKey(senderKey));
  if (shares?.length !== 2 * oneShareBytes) return undefined;
  return { seed: shares.subarray(0, oneShareBytes), masking: shares.subarray(oneShareBytes) };
}

/** The hash by which a dealer answers for a share; a share has 279 random bits, so that its hash says nothing of it. */
export const shareHash = ({ primitives }: RoundContext, share: Uint8Array): Uint8Array =>
  primitives.sha256(share).subarray(0, shareHashBytes);

/** Whether both shares are those that the dealer answers for. */
export function matchesHashes(
  context: RoundContext,
  shares: SharePair,
  seedHash: Uint8Array,
  maskingHash: Uint8Array,
): boolean {
  return (
    equalBytes(shareHash(context, shares.seed), seedHash) &&
    equalBytes(shareHash(context, shares.masking), maskingHash)
  );
}

function nonceOf(context: RoundContext, senderKey: Uint8Array, receiverKey: Uint8Array): Uint8Array {
  return context.primitives.sha256(bind(context, 'share', senderKey, receiverKey)).subarray(0, nonceBytes);
}
