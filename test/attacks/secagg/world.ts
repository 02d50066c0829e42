import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { type Evidence, writeAgreed } from '@murmuration/protocol/secagg/agreement';
import { packFlags, unpackFlags } from '@murmuration/protocol/secagg/bitset';
import { planHash, type RoundContext } from '@murmuration/protocol/secagg/context';
import { type Dealing, readDealing } from '@murmuration/protocol/secagg/dealing';
import { drawGraph, drawRing, type MaskingGraph, pointOf } from '@murmuration/protocol/secagg/graph';
import { deriveSecrets, keyBytes, readKeys } from '@murmuration/protocol/secagg/keys';
import {
  applyMasks,
  collectMasks,
  pairMaskKey,
  pairSign,
  selfMaskKey,
} from '@murmuration/protocol/secagg/mask-stream';
import { merkleRoot } from '@murmuration/protocol/secagg/merkle';
import type { GraphParameters } from '@murmuration/protocol/secagg/parameters';
import {
  dealShares,
  enterRound,
  type InAgreement,
  type InShares,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { type Demands, writeRoster } from '@murmuration/protocol/secagg/roster';
import { oneShareBytes } from '@murmuration/protocol/secagg/sealed-share';
import { Secret } from '@murmuration/protocol/secagg/secret';
import { secretRecovery } from '@murmuration/protocol/secagg/shamir';
import { readStatement, statementHash, writeStatement } from '@murmuration/protocol/secagg/statement';

/** 32 bytes that follow from two small numbers. */
export const seed = (kind: number, device: number): Uint8Array =>
  native.sha256(Uint8Array.of(77, kind, device, device >> 8));

export const bound: RoundContext = {
  primitives: native,
  task: 'keyboard' as TaskName,
  round: 'A'.repeat(22) as RoundId,
  plan: planHash(native, 1, Uint8Array.of(1)),
};

/** Demands under which a device takes any graph: what parameters would have refused is tried all the same. */
export const undemanding: Demands = {
  assumptions: { threat: 'honest-but-curious', corrupt: 0, dropping: 0 },
  smallestCohort: 3,
  smallestSum: 3,
  today: 0,
};

/** Rules that devices may be made to leave out. */
export interface LeftOut {
  /** Reveals on a statement at once. */
  readonly agree?: boolean;
  /** Signs as many statements as it is told. */
  readonly once?: boolean;
  /** Counts agreements alone, and asks for no word of the other neighbours. */
  readonly evidence?: boolean;
  /** Takes a statement that does not count it, or that leaves fewer holders than the threshold. */
  readonly standing?: boolean;
}

/** What a coordinator tells one device: who dealt, and whose updates count. */
export interface Story {
  readonly dealt: ReadonlySet<number>;
  readonly counted: ReadonlySet<number>;
}

const length = 24;
export const updateOf = (device: number): Int32Array =>
  Int32Array.from({ length }, (_, i) => Math.imul(device + 3, 0x9e3779b1 + i));

/** Devices that have dealt, before the coordinator lies to any of them. */
interface Dealt {
  readonly graph: MaskingGraph;
  /** By number. */
  readonly contexts: readonly ParticipantContext[];
  readonly roots: readonly Uint8Array[];
  readonly dealt: readonly InShares[];
  readonly dealings: ReadonlyMap<number, Dealing>;
  /** The number of the device at each place of the ring. */
  readonly numberAt: Uint32Array;
}

const known = new Map<GraphParameters, Dealt>();

/** The same for all worlds of the same parameters: keys and shares are most of the work. */
function dealtFor(parameters: GraphParameters): Dealt {
  const made = known.get(parameters) ?? deal(parameters);
  known.set(parameters, made);
  return made;
}

function deal(parameters: GraphParameters): Dealt {
  const { devices } = parameters;
  const population = Array.from({ length: devices }, (_, device) => {
    const identity = native.ed25519.signingKey(seed(1, device));
    const context: ParticipantContext = { ...bound, identity, demands: undemanding };
    const root = seed(2, device);
    return { context, root, state: enterRound(context, root) };
  });
  const keys = population.map(({ context, state }) =>
    readKeys(bound, context.identity.publicKey, state.message),
  );
  const graph = drawGraph(bound, keys, parameters);
  const order = graph.devices.map(device => population[keys.indexOf(device)]!);
  const ring = drawRing(bound, devices, merkleRoot(graph.tree));
  const dealt = order.map(({ context, state }, number) =>
    dealShares(context, state, writeRoster(graph, number)),
  );
  return {
    graph,
    contexts: order.map(({ context }) => context),
    roots: order.map(({ root }) => root),
    dealt,
    dealings: new Map(dealt.map(({ message }, number) => [number, readDealing(graph, number, message)])),
    numberAt:
      parameters.graph === 'complete' ? Uint32Array.from({ length: devices }, (_, i) => i) : ring.deviceAt,
  };
}

/**
 * A round of real devices and a coordinator that lies to each of them as it likes. Devices are named by their places on the ring, so that
 * strategies for rings apply. What devices reveal is collected, and `opens` tries what an attacker would do with it.
 */
export class World {
  readonly graph: MaskingGraph;
  readonly #contexts: readonly ParticipantContext[];
  /** The number of the device at each place of the ring, and the place of each number. */
  readonly #numberAt: Uint32Array;
  readonly #placeOf: Uint32Array;
  readonly #dealt: readonly InShares[];
  readonly #dealings: ReadonlyMap<number, Dealing>;
  readonly #masked = new Map<
    number,
    { state: InAgreement; update: Int32Array; dealt: ReadonlySet<number> }
  >();
  readonly #roots: readonly Uint8Array[];
  readonly #shares = {
    seed: new Map<number, Map<number, Uint8Array>>(),
    masking: new Map<number, Map<number, Uint8Array>>(),
  };
  /** Places whose secrets the attacker has. */
  corrupt: ReadonlySet<number> = new Set();

  constructor(parameters: GraphParameters) {
    const { graph, contexts, roots, numberAt, dealt, dealings } = dealtFor(parameters);
    this.graph = graph;
    this.#contexts = contexts;
    this.#roots = roots;
    this.#numberAt = numberAt;
    this.#placeOf = new Uint32Array(parameters.devices);
    this.#numberAt.forEach((number, place) => {
      this.#placeOf[number] = place;
    });
    // A device erases what it needs no more.
    const own = (secret: Secret) => new Secret(secret.expose().slice());
    this.#dealt = dealt.map(state => ({ ...state, root: own(state.root), boxKeys: own(state.boxKeys) }));
    this.#dealings = dealings;
  }

  get places(): number[] {
    return Array.from(this.#numberAt.keys());
  }

  /** The places of the neighbours of a place. */
  neighbours(place: number): number[] {
    return Array.from(this.graph.neighbours[this.#numberAt[place]!]!, number => this.#placeOf[number]!);
  }

  /** Each device takes a bundle that says so of who dealt, and masks. */
  mask(dealtFor: (place: number) => ReadonlySet<number>, places: readonly number[] = this.places): void {
    for (const place of places) {
      const number = this.#numberAt[place]!;
      const dealt = dealtFor(place);
      const dealings = new Map(
        [...dealt].map(other => [this.#numberAt[other]!, this.#dealings.get(this.#numberAt[other]!)!]),
      );
      const bundle = writeBundle(this.graph, dealings, number);
      const held = takeShares(this.#contexts[number]!, this.#dealt[number]!, bundle);
      const update = updateOf(place);
      this.#masked.set(place, {
        state: maskUpdate(this.#contexts[number]!, held, update, 32),
        update,
        dealt,
      });
    }
  }

  /** The bytes of a statement. */
  statement({ dealt, counted }: Story): Uint8Array {
    const numbers = (places: ReadonlySet<number>) =>
      new Set([...places].map(place => this.#numberAt[place]!));
    return writeStatement(this.graph.parameters.devices, numbers(dealt), numbers(counted));
  }

  /** A device's agreement to a story; undefined where it refuses. A device that signs once signs the first alone: say it once. */
  agreement(place: number, story: Story, leftOut: LeftOut = {}): Uint8Array | undefined {
    const { state } = this.#masked.get(place)!;
    const context = this.#lyingTo(place);
    try {
      const next = takeStatement(context, state, this.statement(story));
      return next.phase === 'unmasking' ? next.message : undefined;
    } catch {
      if (!leftOut.standing) return undefined;
      const { identity } = context;
      const hash = statementHash({ ...bound, graph: state.masked.graph }, this.statement(story));
      return identity.sign(this.#agreementOf(hash));
    }
  }

  updateSignature(place: number): Uint8Array {
    return this.#masked.get(place)!.state.message;
  }

  /**
   * A device hears a story and the evidence of its neighbours, by place, and reveals, or refuses with a code. What it reveals is collected.
   * Its shares are kept, so that a device that signs many statements can be told many.
   */
  reveal(
    place: number,
    story: Story,
    evidence: (neighbour: number) => Evidence | undefined,
    leftOut: LeftOut = {},
  ): string | undefined {
    const { state } = this.#masked.get(place)!;
    const statement = this.statement(story);
    const { holdings, masked } = state;
    const shares = new Secret(holdings.shares.expose().slice());
    const kept: InAgreement = { ...state, holdings: { ...holdings, shares } };
    const context = this.#lyingTo(place, leftOut.agree);
    try {
      if (leftOut.standing && this.#refusesToStand(context, kept, statement)) {
        const signed = this.#agreementOf(statementHash(this.graph.context, statement));
        const agreeing = this.neighbours(place).filter(other => {
          const each = evidence(other);
          const { identity } = this.graph.devices[this.#numberAt[other]!]!;
          return each?.kind === 'agreement' && native.ed25519.verify(identity, signed, each.signature);
        }).length;
        if (agreeing < masked.threshold) return 'secagg.agreement';
        this.#collect(place, statement, this.#revealed(holdings, statement));
        return undefined;
      }
      const next = takeStatement(context, kept, statement);
      if (next.phase === 'closing') {
        this.#collect(place, statement, next.message);
        return undefined;
      }
      const told = Array.from(masked.neighbours, number => evidence(this.#placeOf[number]!));
      if (leftOut.evidence) {
        const agreeing = told.filter(each => each?.kind === 'agreement').length + Number(masked.isComplete);
        if (agreeing < masked.threshold) return 'secagg.agreement';
        this.#collect(place, statement, this.#revealed(holdings, statement));
        return undefined;
      }
      this.#collect(place, statement, revealShares(context, next, writeAgreed(told)).message);
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  }

  /** Whether the attacker can compute the sum of the updates of a group from what was revealed and what it knows. */
  opens(group: readonly number[]): boolean {
    const inside = new Set(group);
    const sum = new Int32Array(length);
    const plain = new Int32Array(length);
    for (const place of group) {
      const { update } = this.#masked.get(place)!;
      updateOf(place).forEach((value, i) => {
        plain[i] = (plain[i]! + value) | 0;
        sum[i] = (sum[i]! + update[i]!) | 0;
      });
    }
    for (const place of group) {
      const number = this.#numberAt[place]!;
      const ownSeed = this.#secretOf(place, 'seed');
      if (!ownSeed) return false;
      this.#takeOff(sum, [{ key: selfMaskKey(this.graph.context, ownSeed), sign: -1 }]);
      const { dealt } = this.#masked.get(place)!;
      for (const other of this.neighbours(place)) {
        if (inside.has(other) && this.#masked.get(other)!.dealt.has(place) && dealt.has(other)) continue;
        if (!dealt.has(other)) continue;
        // Either of the two secrets of a pair gives its mask.
        const key = this.#pairKey(place, other);
        if (!key) return false;
        this.#takeOff(sum, [{ key, sign: pairSign(number, this.#numberAt[other]!) === 1 ? -1 : 1 }]);
      }
    }
    return equalBytes(new Uint8Array(sum.buffer), new Uint8Array(plain.buffer));
  }

  /** A statement context in which devices ask for agreement, whatever they demanded of the graph. */
  #lyingTo(place: number, revealsAtOnce = false): ParticipantContext {
    const context = this.#contexts[this.#numberAt[place]!]!;
    const threat = revealsAtOnce ? 'honest-but-curious' : 'malicious';
    const assumptions = { ...context.demands.assumptions, threat } as const;
    return { ...context, demands: { ...context.demands, assumptions } };
  }

  #refusesToStand(context: ParticipantContext, state: InAgreement, statement: Uint8Array): boolean {
    try {
      takeStatement(
        context,
        {
          ...state,
          holdings: { ...state.holdings, shares: new Secret(state.holdings.shares.expose().slice()) },
        },
        statement,
      );
      return false;
    } catch {
      return true;
    }
  }

  /** What a device would say without any check. */
  #revealed({ dealers, opened, shares }: InAgreement['holdings'], statement: Uint8Array): Uint8Array {
    const { counted } = readStatement(statement, this.graph.parameters.devices);
    const parts = dealers.flatMap((dealer, i) => {
      const at = i * 2 * oneShareBytes + (counted[dealer] ? 0 : oneShareBytes);
      return opened[i] ? [shares.expose().subarray(at, at + oneShareBytes)] : [];
    });
    const flags = packFlags(opened);
    return new Uint8Array(Buffer.concat([statementHash(this.graph.context, statement), flags, ...parts]));
  }

  #agreementOf(hash: Uint8Array): Uint8Array {
    // As the protocol binds it: the label, then the hash of the statement.
    const { task, round, plan } = bound;
    const head = Buffer.from(`murmuration secure aggregation 2\nagreement\n${task}\n${round}\n`);
    return new Uint8Array(Buffer.concat([head, plan, this.graph.context.graph, hash]));
  }

  #collect(place: number, statement: Uint8Array, message: Uint8Array): void {
    const { dealers } = this.#masked.get(place)!.state.holdings;
    const { counted } = readStatement(statement, this.graph.parameters.devices);
    const flagLength = Math.ceil(dealers.length / 8);
    const opened = unpackFlags(message.subarray(keyBytes, keyBytes + flagLength), dealers.length);
    let at = keyBytes + flagLength;
    dealers.forEach((dealer, i) => {
      if (!opened[i]) return;
      const kind = counted[dealer] ? 'seed' : 'masking';
      this.#know(kind, dealer, place, message.slice(at, at + oneShareBytes));
      at += oneShareBytes;
    });
  }

  #know(kind: 'seed' | 'masking', dealer: number, place: number, share: Uint8Array): void {
    const known = this.#shares[kind].get(dealer) ?? new Map<number, Uint8Array>();
    known.set(pointOf(this.#numberAt[place]!), share);
    this.#shares[kind].set(dealer, known);
  }

  /** A secret of a place: its own where it is corrupt, else recovered from what was revealed and from what the corrupt hold. */
  #secretOf(place: number, kind: 'seed' | 'masking'): Uint8Array | undefined {
    const number = this.#numberAt[place]!;
    const secrets = () => deriveSecrets(bound, new Secret(this.#roots[number]!));
    if (this.corrupt.has(place)) return kind === 'seed' ? secrets().seed : secrets().maskingSecret;
    const shares = new Map(this.#shares[kind].get(number));
    for (const corrupt of this.corrupt) {
      const held = this.#masked.get(corrupt)?.state.holdings;
      const i = held ? held.dealers.indexOf(number) : -1;
      if (i < 0 || !held!.opened[i]) continue;
      const from = i * 2 * oneShareBytes + (kind === 'seed' ? 0 : oneShareBytes);
      shares.set(pointOf(this.#numberAt[corrupt]!), held!.shares.expose().slice(from, from + oneShareBytes));
    }
    const { threshold } = this.graph.parameters;
    if (shares.size < threshold) return undefined;
    const some = [...shares].slice(0, threshold);
    return secretRecovery(
      some.map(([point]) => point),
      keyBytes,
    )(some.map(([, share]) => share));
  }

  #pairKey(place: number, other: number): Uint8Array | undefined {
    const [a, b] = [this.#numberAt[place]!, this.#numberAt[other]!];
    for (const [mine, theirs, from] of [
      [a, b, place],
      [b, a, other],
    ] as const) {
      const secret = this.#secretOf(from, 'masking');
      if (!secret) continue;
      const agreed = native.x25519.agreementKey(secret).agree(this.graph.devices[theirs]!.masking);
      return pairMaskKey(this.graph.context, mine, theirs, agreed);
    }
    return undefined;
  }

  #takeOff(sum: Int32Array, masks: { key: Uint8Array; sign: 1 | -1 }[]): void {
    applyMasks(
      native,
      sum,
      collectMasks(masks.length, i => masks[i]!),
      32,
    );
  }
}
