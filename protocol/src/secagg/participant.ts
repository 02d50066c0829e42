import { ByteReader, concatBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import type { SigningKey } from '../primitives/primitives.ts';
import { updateMessage } from './agreement.ts';
import { flagBytes, unpackFlags } from './bitset.ts';
import type { RoundContext } from './context.ts';
import { writeDealing } from './dealing.ts';
import { pointOf } from './graph.ts';
import { type DeviceKeys, deriveSecrets, keyBytes, type RoundSecrets, signKeys, writeKeys } from './keys.ts';
import { applyMasks, collectMasks, pairMaskKey, pairSign, selfMaskKey } from './mask-stream.ts';
import {
  type Demands,
  graphContext,
  identityOf,
  maskingKeyOf,
  type Neighbourhood,
  readRoster,
  sealingKeyOf,
} from './roster.ts';
import { openShares, pairBytes, parcelBytes, type SharePair, sealShares } from './sealed-share.ts';
import { Secret } from './secret.ts';
import { shareSecret } from './shamir.ts';
import { uniformIntegers } from './uniform.ts';

/** Round from the view of one device. */
export interface ParticipantContext extends RoundContext {
  readonly identity: SigningKey;
  readonly demands: Demands;
}

/**
 * State of a device in one round, by the phase that it waits in. Each step takes a state and returns the
 * next; `message` is what the device sends on entering a phase, the same bytes every time. A step that throws
 * leaves its state unchanged. Store the next state before its message is first sent (`saved-participant.ts`),
 * so that a device that restarts neither says two things nor forgets what it said.
 */
export type Participant = InKeys | InShares | InUpdates | InAgreement | InUnmasking | InClosing;

/** State of a device that has sent its keys and waits for the roster. */
export interface InKeys {
  readonly phase: 'keys';
  readonly root: Secret;
  readonly keys: DeviceKeys;
  readonly message: Uint8Array;
}

/** State of a device that has dealt its shares and waits for its neighbours'. */
export interface InShares {
  readonly phase: 'shares';
  readonly root: Secret;
  readonly roster: Uint8Array;
  readonly neighbourhood: Neighbourhood;
  /**
   * Keys under which it exchanges shares with its neighbours, 32 bytes each: computed once, for both
   * directions.
   */
  readonly boxKeys: Secret;
  readonly message: Uint8Array;
}

/** State of a device that holds its neighbours' shares, and masks its update when that is ready. */
export interface InUpdates {
  readonly phase: 'updates';
  readonly root: Secret;
  readonly roster: Uint8Array;
  readonly bundle: Uint8Array;
  /** Flags for all devices of the graph: true for those that dealt. */
  readonly dealt: Uint8Array;
  readonly neighbourhood: Neighbourhood;
  readonly holdings: Holdings;
}

/**
 * State of a device that has masked its update, no longer knows its masks, and waits for the survivors
 * statement.
 */
export interface InAgreement {
  readonly phase: 'agreement';
  readonly masked: Masked;
  readonly holdings: Holdings;
  /** Signature of the dealers' flags (`updateMessage`), 64 bytes; sent with the update. */
  readonly message: Uint8Array;
}

/** State of a device that has signed one statement and waits for the agreements of its neighbours. */
export interface InUnmasking {
  readonly phase: 'unmasking';
  readonly masked: Masked;
  readonly holdings: Holdings;
  readonly statement: Uint8Array;
  readonly message: Uint8Array;
}

/** State of a device that has revealed shares for one statement, and no longer holds any. */
export interface InClosing {
  readonly phase: 'closing';
  readonly graph: Uint8Array;
  readonly statementHash: Uint8Array;
  readonly message: Uint8Array;
}

/** Facts about the graph that a device keeps once it has masked. */
export interface Masked {
  /** Hash of the graph, 32 bytes. */
  readonly graph: Uint8Array;
  readonly isComplete: boolean;
  readonly devices: number;
  readonly threshold: number;
  /** Number of the device itself. */
  readonly self: number;
  /**
   * Flags for all devices: true for those that dealt according to the bundle, and so those it has masked
   * with.
   */
  readonly dealt: Uint8Array;
  /** Numbers of its neighbours, ascending. */
  readonly neighbours: Uint32Array;
  /** Identities of the neighbours, 32 bytes each. */
  readonly identities: Uint8Array;
}

/** Shares that a device holds of the dealers' secrets; in a complete graph it holds one of its own too. */
export interface Holdings {
  /** Numbers of the dealers, ascending. */
  readonly dealers: readonly number[];
  /** True for each dealer whose box opened and matched the dealer's hashes. */
  readonly opened: readonly boolean[];
  /** 72 bytes for each dealer: the share of its seed, the share of its masking secret. */
  readonly shares: Secret;
}

/** Enters the round with 32 random bytes, which are used for this round only and stay secret. */
export function enterRound(context: ParticipantContext, randomBytes: Uint8Array): InKeys {
  const root = new Secret(Uint8Array.from(randomBytes));
  const keys = signKeys(context, context.identity, deriveSecrets(context, root));
  return { phase: 'keys', root, keys, message: writeKeys(keys) };
}

/**
 * Checks the roster and deals shares of both secrets to the neighbours.
 * @throws MurmurationError as `readRoster`; the device then leaves the round
 */
export function dealShares(context: ParticipantContext, state: InKeys, roster: Uint8Array): InShares {
  const neighbourhood = readRoster(context, state.keys, context.demands, roster);
  const { neighbours, parameters, self } = neighbourhood;
  const secrets = deriveSecrets(context, state.root);
  const dealt = sharesAt(context, secrets, parameters.threshold, [...neighbours]);
  const { sealing } = secrets;
  const boxKeys = dealt.map((_, i) => sealing.sealingKey(sealingKeyOf(neighbourhood, i)));
  const inGraph = graphContext(context, neighbourhood);
  const parcels = dealt.map((shares, i) =>
    sealShares(inGraph, { from: self, to: neighbours[i]!, key: boxKeys[i]! }, shares),
  );
  const message = writeDealing(inGraph, context.identity, self, secrets.seed, parcels);
  return {
    phase: 'shares',
    root: state.root,
    roster,
    neighbourhood,
    boxKeys: new Secret(concatBytes(...boxKeys)),
    message,
  };
}

/**
 * Opens the shares of those neighbours that dealt. Leaves out a share that does not open or does not match
 * its dealer's hashes; `holdings.opened` and the device's reveal say so.
 * @throws MurmurationError `secagg.share` if the bundle is malformed or says that this device did not deal,
 * `secagg.too-few` if fewer boxes opened than the threshold; the device then leaves the round
 */
export function takeShares(context: ParticipantContext, state: InShares, bundle: Uint8Array): InUpdates {
  const { neighbours, parameters, self } = state.neighbourhood;
  const { devices, graph, threshold } = parameters;
  const inGraph = graphContext(context, state.neighbourhood);
  const reader = new ByteReader(bundle);
  const dealt = reader.raw(flagBytes(devices));
  const hasDealt = unpackFlags(dealt, devices);
  if (!hasDealt[self])
    throw new MurmurationError('secagg.share', 'The bundle says that this device dealt no shares.');
  const boxKeys = state.boxKeys.expose();
  const pairs = new Map<number, SharePair | undefined>();
  neighbours.forEach((dealer, i) => {
    if (!hasDealt[dealer]) return;
    const key = boxKeys.subarray(i * keyBytes, (i + 1) * keyBytes);
    pairs.set(dealer, openShares(inGraph, { from: dealer, to: self, key }, reader.raw(parcelBytes)));
  });
  if (reader.remaining > 0) throw new MurmurationError('secagg.share', 'The bundle of shares is too long.');
  if (graph === 'complete')
    pairs.set(self, sharesAt(context, deriveSecrets(context, state.root), threshold, [self])[0]);
  const opened = [...pairs.values()].filter(pair => pair !== undefined).length;
  if (opened < threshold) {
    throw new MurmurationError(
      'secagg.too-few',
      `The shares of ${opened} devices opened, and ${threshold} are needed.`,
    );
  }
  state.boxKeys.erase();
  const { root, roster, neighbourhood } = state;
  return { phase: 'updates', root, roster, bundle, dealt, neighbourhood, holdings: holdingsOf(pairs) };
}

/**
 * Adds this device's masks to its update, in place, modulo 2^width: with all neighbours that dealt, including
 * those whose boxes did not open. Erases the secrets of the masks: neither this state nor the next can mask
 * another update, since the difference of both would show. So store the masked bytes together with the next
 * state before they are first sent, and send those bytes again if necessary.
 */
export function maskUpdate(
  context: ParticipantContext,
  state: InUpdates,
  update: Int32Array | Uint32Array,
  width: number,
): InAgreement {
  const { neighbours, self } = state.neighbourhood;
  const inGraph = graphContext(context, state.neighbourhood);
  const { masking, seed } = deriveSecrets(context, state.root);
  const dealers = new Set(state.holdings.dealers);
  const peers = [...neighbours.keys()].filter(i => dealers.has(neighbours[i]!));
  const masks = collectMasks(peers.length + 1, m => {
    const i = peers[m];
    if (i === undefined) return { key: selfMaskKey(inGraph, seed), sign: 1 };
    const agreed = masking.agree(maskingKeyOf(state.neighbourhood, i));
    const peer = neighbours[i]!;
    return { key: pairMaskKey(inGraph, self, peer, agreed), sign: pairSign(self, peer) };
  });
  applyMasks(context.primitives, update, masks, width);
  state.root.erase();
  return inAgreement(context, maskedOf(state), state.holdings);
}

/** State of a device that has masked its update. */
export function inAgreement(context: ParticipantContext, masked: Masked, holdings: Holdings): InAgreement {
  const message = context.identity.sign(updateMessage({ ...context, graph: masked.graph }, masked.dealt));
  return { phase: 'agreement', masked, holdings, message };
}

function maskedOf({ dealt, neighbourhood }: InUpdates): Masked {
  const { parameters, neighbours, self, graph } = neighbourhood;
  return {
    graph,
    isComplete: parameters.graph === 'complete',
    devices: parameters.devices,
    threshold: parameters.threshold,
    self,
    dealt: new Uint8Array(dealt),
    neighbours,
    identities: concatBytes(...Array.from(neighbours, (_, i) => identityOf(neighbourhood, i))),
  };
}

/** Overwrites the secrets of a round that is over or left. */
export function forgetRound(state: Participant): void {
  if ('root' in state) state.root.erase();
  if ('boxKeys' in state) state.boxKeys.erase();
  if ('holdings' in state) state.holdings.shares.erase();
}

/** Shares of a device's secrets for the given holders. */
function sharesAt(
  context: RoundContext,
  secrets: RoundSecrets,
  threshold: number,
  holders: readonly number[],
): SharePair[] {
  const random = uniformIntegers(context.primitives, secrets.sharing);
  const points = holders.map(pointOf);
  const seeds = shareSecret(secrets.seed, threshold, points, random);
  const maskings = shareSecret(secrets.maskingSecret, threshold, points, random);
  return holders.map((_, i) => ({ seed: seeds[i]!, masking: maskings[i]! }));
}

function holdingsOf(pairs: ReadonlyMap<number, SharePair | undefined>): Holdings {
  const dealers = [...pairs.keys()].sort((a, b) => a - b);
  const shares = new Uint8Array(dealers.length * pairBytes);
  dealers.forEach((dealer, i) => {
    const pair = pairs.get(dealer);
    if (pair) shares.set(concatBytes(pair.seed, pair.masking), i * pairBytes);
  });
  return {
    dealers,
    opened: dealers.map(dealer => pairs.get(dealer) !== undefined),
    shares: new Secret(shares),
  };
}
