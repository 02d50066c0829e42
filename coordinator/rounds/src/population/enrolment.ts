import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Clock } from '@murmuration/protocol/time/clock';
import { withDeadline } from '@murmuration/protocol/time/deadline';
import { digestOf, isValid, proves, tokenId } from '../tokens/secret-token.ts';
import type { EnrolmentTokenStore } from './enrolment-token.ts';

/** Request of a device to enrol, which has proven that it holds the key. */
export interface EnrolmentRequest {
  readonly device: DeviceId;
  /** Ed25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Certificate of the key by the enrolment authority, 68 bytes, if the device has one. */
  readonly certificate: Uint8Array | undefined;
  /** Token, or other evidence for an app's own verifier, such as an attestation. */
  readonly token: string;
}

/**
 * Decides if a device may enrol. `signal` is aborted once no connection waits for the answer. It is called
 * again for a device whose enrolment broke off after the answer.
 */
export type EnrolmentVerifier = (request: EnrolmentRequest, signal: AbortSignal) => Promise<boolean>;

/** Accepts any of `tokens`, which it keeps hashed and compares in constant time. */
export function listedTokens(tokens: readonly string[], primitives: Primitives): EnrolmentVerifier {
  const digests = tokens.map(token => digestOf(token, primitives));
  return async ({ token }) => {
    const digest = digestOf(token, primitives);
    return digests.reduce((known, other) => equalBytes(digest, other) || known, false);
  };
}

/**
 * Accepts tokens that operators made, and counts their use. Throws `device.enrolment-used-up` for a token
 * without uses left.
 */
export function storedTokens(
  store: EnrolmentTokenStore,
  primitives: Primitives,
  clock: Clock,
): EnrolmentVerifier {
  return async ({ token, device }) => {
    const id = tokenId('enrolment', token);
    if (id === undefined) return false;
    const stored = await store.get(id);
    const now = clock.now();
    if (!proves(token, stored, primitives) || !isValid(stored!, now)) return false;
    if (await store.use(id, device, now)) return true;
    const { uses, maxUses } = (await store.get(id)) ?? stored!;
    if (maxUses !== null && uses >= maxUses) throw new MurmurationError('device.enrolment-used-up');
    return false;
  };
}

/** Methods of enrolment that a coordinator offers. */
export interface EnrolmentMethods {
  /** Tokens of the configuration. */
  readonly listed: readonly string[];
  /** Store of the tokens that operators made. */
  readonly stored: EnrolmentTokenStore;
  /** Verifier of the app, called if no token matches. */
  readonly verifier: EnrolmentVerifier | undefined;
  /** True if any device may enrol. */
  readonly isOpen: boolean;
}

/**
 * Returns a verifier that accepts any of the methods; `failed` is called with errors that the app's own
 * verifier throws.
 */
export function enrolmentBy(
  { listed, stored, verifier, isOpen }: EnrolmentMethods,
  { primitives, clock }: { readonly primitives: Primitives; readonly clock: Clock },
  failed: (error: unknown) => void,
): EnrolmentVerifier {
  if (isOpen) return async () => true;
  return anyOf([
    listedTokens(listed, primitives),
    storedTokens(stored, primitives, clock),
    ...(verifier ? [limited(verifier, clock, failed)] : []),
  ]);
}

/** Returns a verifier that calls the given ones in turn until one accepts. */
export function anyOf(verifiers: readonly EnrolmentVerifier[]): EnrolmentVerifier {
  return async (request, signal) => {
    for (const verifier of verifiers) if (await verifier(request, signal)) return true;
    return false;
  };
}

/** ms that an app's own verifier may take; the device's connection waits at least as long. */
const verifierLimit = 5_000;
/** Most concurrent requests to an app's own verifier; devices beyond it are asked to try again. */
const verifierPlaces = 64;

/**
 * Limits the time and the concurrent requests of an app's own verifier. Throws
 * `device.enrolment-unavailable` beyond the limits, and if the verifier throws an error without a code;
 * `failed` is called with that error.
 */
export function limited(
  verifier: EnrolmentVerifier,
  clock: Clock,
  failed: (error: unknown) => void,
): EnrolmentVerifier {
  let underWay = 0;
  return async (request, outer) => {
    if (underWay >= verifierPlaces)
      throw new MurmurationError('device.enrolment-unavailable', 'Too many devices enrol at this moment.');
    const late = () =>
      new MurmurationError('device.enrolment-unavailable', 'The check of the enrolment took too long.');
    underWay += 1;
    try {
      return await withDeadline({ clock, limit: verifierLimit, late, outer }, signal =>
        ask(verifier, request, signal, failed),
      );
    } catch (error) {
      throw outer.aborted
        ? new MurmurationError('device.enrolment-unavailable', 'The device is gone.')
        : error;
    } finally {
      underWay -= 1;
    }
  };
}

async function ask(
  verifier: EnrolmentVerifier,
  request: EnrolmentRequest,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<boolean> {
  try {
    return (await verifier(request, signal)) === true;
  } catch (error) {
    if (error instanceof MurmurationError) throw error;
    if (!signal.aborted) failed(error);
    throw new MurmurationError('device.enrolment-unavailable');
  }
}
