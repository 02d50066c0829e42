import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Clock } from '@murmuration/protocol/time/clock';
import { withDeadline } from '../timing/deadline.ts';
import { digestOf, isValid, proves, tokenId } from '../tokens/secret-token.ts';
import type { EnrolmentTokenStore } from './enrolment-token.ts';

/** A device that wants to enrol; that it holds the key is proven already. */
export interface EnrolmentRequest {
  readonly device: DeviceId;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The enrolment authority's certificate of the key (68 bytes), where the device has one. */
  readonly certificate: Uint8Array | undefined;
  /** A token, or what an app's own verifier takes for one, such as an attestation. */
  readonly token: string;
}

/**
 * Decides whether a device may enrol. `signal` is aborted when nobody waits for the answer any more. A device is asked about
 * again where its enrolment broke off after the answer.
 */
export type EnrolmentVerifier = (request: EnrolmentRequest, signal: AbortSignal) => Promise<boolean>;

/** Takes any of `tokens`; they are kept hashed and compared in constant time. */
export function listedTokens(tokens: readonly string[], primitives: Primitives): EnrolmentVerifier {
  const digests = tokens.map(token => digestOf(token, primitives));
  return async ({ token }) => {
    const digest = digestOf(token, primitives);
    return digests.reduce((known, other) => equalBytes(digest, other) || known, false);
  };
}

/** Takes the tokens that operators made, and counts their use. Throws `device.enrolment-used-up` for one that has no use left. */
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

/** All ways to enrol that a coordinator offers. */
export interface EnrolmentMethods {
  /** Tokens of the configuration. */
  readonly listed: readonly string[];
  /** Tokens that operators made. */
  readonly stored: EnrolmentTokenStore;
  /** An app's own, asked where no token is right. */
  readonly verifier: EnrolmentVerifier | undefined;
  /** Anybody may enrol. */
  readonly isOpen: boolean;
}

/** Lets a device enrol in any of these ways; `failed` hears what an app's own verifier throws. */
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

/** Lets a device enrol where any of these says so, asked one after the other. */
export function anyOf(verifiers: readonly EnrolmentVerifier[]): EnrolmentVerifier {
  return async (request, signal) => {
    for (const verifier of verifiers) if (await verifier(request, signal)) return true;
    return false;
  };
}

/** ms that an app's own verifier may take: no longer than the device's connection is sure to wait. */
const verifierLimit = 5_000;
/** Requests that an app's own verifier is asked about at the same time; the next ones are told to try again. */
const verifierPlaces = 64;

/**
 * An app's own verifier, held to a time and a number of requests at once. Throws `device.enrolment-unavailable` beyond them, and where the
 * verifier throws anything but an error with a code; `failed` hears of that.
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
