import { ByteReader, concatBytes, equalBytes } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import type { Dealings } from './aggregator.ts';
import { flagBytes, unpackFlags } from './bitset.ts';
import type { GraphContext } from './context.ts';
import { parcelFor, seedHash, seedHashOf } from './dealing.ts';
import { holdersOf, type MaskingGraph, pointOf } from './graph.ts';
import { keyBytes } from './keys.ts';
import { collectMasks, type Masks, pairMaskKey, pairSign, selfMaskKey } from './mask-stream.ts';
import { Misdeed } from './misdeed.ts';
import { isShareOf, oneShareBytes } from './sealed-share.ts';
import { secretRecovery } from './shamir.ts';
import { readStatement, statementHash } from './statement.ts';

/**
 * Recovered secret with what is needed to remove its masks: plain data, for any thread. A seed gives the self
 * mask of a contributor, a masking secret all masks that contributors share with a dropped device.
 */
export type RecoveredSecret =
  | { readonly kind: 'seed'; readonly seed: Uint8Array }
  | {
      readonly kind: 'masking';
      readonly device: number;
      readonly secret: Uint8Array;
      /** Numbers of those contributors. */
      readonly peers: Uint32Array;
      /** Masking keys of the contributors, 32 bytes each. */
      readonly peerKeys: Uint8Array;
    };

type Recovery = ReturnType<typeof secretRecovery>;

/**
 * Shares collected so far of one secret that the round needs; concatenated, since there are very many of
 * them.
 */
interface Wanted {
  readonly kind: RecoveredSecret['kind'];
  /** Points of the shares, with room for as many as the threshold. */
  readonly points: Uint32Array;
  readonly shares: Uint8Array;
  count: number;
}

/**
 * Collects the shares that contributors reveal, up to the threshold for each secret, and recovers the secrets
 * from them: the seed of every contributor, the masking secret of every device that dealt but did not
 * contribute.
 */
export class Unmasking {
  readonly #graph: MaskingGraph;
  readonly #dealings: Dealings;
  readonly #statementHash: Uint8Array;
  readonly #counted: readonly boolean[];
  /** Secrets by the number of the dealer. */
  readonly #wanted = new Map<number, Wanted>();
  readonly #revealed = new Set<number>();
  #missing: number;

  /** @throws MurmurationError as `readStatement` */
  constructor(graph: MaskingGraph, dealings: Dealings, statement: Uint8Array) {
    this.#graph = graph;
    this.#dealings = dealings;
    this.#statementHash = statementHash(graph.context, statement);
    this.#counted = readStatement(statement, graph.parameters.devices).counted;
    const { threshold } = graph.parameters;
    for (const dealer of dealings.keys()) {
      this.#wanted.set(dealer, {
        kind: this.#counted[dealer] ? 'seed' : 'masking',
        points: new Uint32Array(threshold),
        shares: new Uint8Array(threshold * oneShareBytes),
        count: 0,
      });
    }
    this.#missing = this.#wanted.size;
  }

  /** Number of secrets that lack shares; at 0 they can be recovered. */
  get missing(): number {
    return this.#missing;
  }

  /** Numbers of the devices whose secrets lack shares. */
  get lacking(): readonly number[] {
    const { threshold } = this.#graph.parameters;
    return [...this.#wanted].filter(([, { count }]) => count < threshold).map(([dealer]) => dealer);
  }

  /**
   * Takes the reveal of a contributor; a second one changes nothing.
   * @returns the numbers of the dealers whose boxes the device could not open
   * @throws MurmurationError `secagg.share` if the device was not counted, the reveal is malformed or for
   * another statement, or a share does not match its dealer's hash, so that the device has changed it.
   * Nothing is taken then.
   */
  take(device: number, reveal: Uint8Array): number[] {
    if (!this.#counted[device]) {
      throw new MurmurationError('secagg.share', 'The device did not contribute to this sum.');
    }
    const dealers = this.#dealersFor(device);
    const reader = new ByteReader(reveal);
    if (!equalBytes(reader.raw(keyBytes), this.#statementHash)) {
      throw new MurmurationError('secagg.share', 'The reveal answers another statement.');
    }
    const opened = unpackFlags(reader.raw(flagBytes(dealers.length)), dealers.length);
    const { threshold } = this.#graph.parameters;
    const useful: { readonly dealer: number; readonly wanted: Wanted; readonly share: Uint8Array }[] = [];
    dealers.forEach((dealer, i) => {
      if (!opened[i]) return;
      const share = reader.raw(oneShareBytes);
      const wanted = this.#wanted.get(dealer)!;
      if (wanted.count < threshold) useful.push({ dealer, wanted, share });
    });
    if (reader.remaining > 0) throw new MurmurationError('secagg.share', 'The reveal is too long.');
    for (const { dealer, wanted, share } of useful) this.#refuseForged(device, dealer, wanted.kind, share);
    if (this.#revealed.has(device)) return [];
    this.#revealed.add(device);
    for (const { wanted, share } of useful) {
      wanted.points[wanted.count] = pointOf(device);
      wanted.shares.set(share, wanted.count * oneShareBytes);
      wanted.count += 1;
      if (wanted.count === threshold) this.#missing--;
    }
    return [...dealers].filter((_, i) => !opened[i]);
  }

  /**
   * Recovers the secrets, each checked against what its owner published.
   * @throws MurmurationError `secagg.too-few` if shares are missing, `secagg.dealer` if a device dealt shares
   * of something other than it signed: its masks can't be removed, and the round has failed
   */
  recover(): RecoveredSecret[] {
    if (this.#missing > 0) {
      throw new MurmurationError(
        'secagg.too-few',
        `${this.#missing} secrets lack shares: too few devices answered.`,
      );
    }
    // In a complete graph the same devices hold shares of many secrets in a row.
    let last: { readonly points: Uint32Array; readonly recovery: Recovery } | undefined;
    const secrets: RecoveredSecret[] = [];
    const liars: number[] = [];
    for (const [device, { kind, points, shares }] of this.#wanted) {
      if (!last?.points.every((point, i) => point === points[i]))
        last = { points, recovery: secretRecovery([...points], keyBytes) };
      const secret = last.recovery(
        Array.from(points, (_, i) => shares.subarray(i * oneShareBytes, (i + 1) * oneShareBytes)),
      );
      if (secret === undefined || !this.#isPublished(device, kind, secret)) {
        liars.push(device);
        continue;
      }
      if (kind === 'seed') {
        secrets.push({ kind, seed: secret });
        continue;
      }
      const peers = this.#graph.neighbours[device]!.filter(number => this.#counted[number]);
      const peerKeys = concatBytes(...Array.from(peers, number => this.#graph.devices[number]!.masking));
      secrets.push({ kind, device, secret, peers, peerKeys });
    }
    if (liars.length > 0)
      throw new Misdeed(
        'secagg.dealer',
        liars,
        `Device ${liars.join(', ')} dealt shares of another secret than it signed.`,
      );
    return secrets;
  }

  /** Dealers whose shares `device` may hold. */
  #dealersFor(device: number): Uint32Array {
    const { parameters, neighbours } = this.#graph;
    return holdersOf(parameters, neighbours[device]!).filter(dealer => this.#dealings.has(dealer));
  }

  #refuseForged(holder: number, dealer: number, kind: Wanted['kind'], share: Uint8Array): void {
    if (holder === dealer) return; // a device answers for its own share by its seed
    const parcel = parcelFor(this.#dealings.get(dealer)!, holder);
    if (!isShareOf(this.#graph.context, parcel, kind, share)) {
      throw new Misdeed(
        'secagg.share',
        [holder],
        `The revealed share of device ${dealer} is not the one that it dealt.`,
      );
    }
  }

  #isPublished(device: number, kind: RecoveredSecret['kind'], secret: Uint8Array): boolean {
    const { context, devices } = this.#graph;
    return kind === 'seed'
      ? equalBytes(seedHash(context, secret), seedHashOf(this.#dealings.get(device)!))
      : equalBytes(context.primitives.x25519.agreementKey(secret).publicKey, devices[device]!.masking);
  }
}

/**
 * Masks to add to the sum in order to remove the masks of a recovered secret. Pure, so that any thread can
 * compute them and then apply them to any range of the sum (`applyMasks`).
 */
export function unmaskingMasks(context: GraphContext, recovered: RecoveredSecret): Masks {
  if (recovered.kind === 'seed') {
    return collectMasks(1, () => ({ key: selfMaskKey(context, recovered.seed), sign: -1 }));
  }
  const { device, secret, peers, peerKeys } = recovered;
  const own = context.primitives.x25519.agreementKey(secret);
  return collectMasks(peers.length, i => {
    const agreed = own.agree(peerKeys.subarray(i * keyBytes, (i + 1) * keyBytes));
    const peer = peers[i]!;
    return { key: pairMaskKey(context, device, peer, agreed), sign: pairSign(device, peer) };
  });
}
