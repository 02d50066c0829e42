import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import {
  agreedFor,
  refuseUnrecoverable,
  settleDealings,
  writeBundle,
} from '@murmuration/protocol/secagg/aggregator';
import type { Evidence } from '@murmuration/protocol/secagg/agreement';
import { planHash, type RoundContext } from '@murmuration/protocol/secagg/context';
import { type Dealing, readDealing } from '@murmuration/protocol/secagg/dealing';
import { drawGraph, type MaskingGraph } from '@murmuration/protocol/secagg/graph';
import { readKeys } from '@murmuration/protocol/secagg/keys';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { findParameters, type GraphParameters } from '@murmuration/protocol/secagg/parameters';
import {
  dealShares,
  enterRound,
  type InAgreement,
  type InClosing,
  type InKeys,
  type InShares,
  type InUnmasking,
  type InUpdates,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { type Demands, writeRoster } from '@murmuration/protocol/secagg/roster';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { Unmasking, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';

/** 32 bytes that follow from two small numbers. */
export const seed = (kind: number, device: number): Uint8Array =>
  native.sha256(Uint8Array.of(kind, device, device >> 8));

export const task = 'keyboard' as TaskName;
export const round = 'R'.repeat(22) as RoundId;

/** The number and the bytes of the plan to which everything of these rounds is bound. */
export const number = 7;
export const planBytes = utf8('{"task":"keyboard"}');
export const bound: RoundContext = {
  primitives: native,
  task,
  round,
  plan: planHash(native, number, planBytes),
};

/** Demands that any graph meets, so that tests may try graphs of any shape. */
export const undemanding: Demands = {
  assumptions: { threat: 'honest-but-curious', corrupt: 0, dropping: 0 },
  smallestCohort: 3,
  smallestSum: 3,
  today: 0,
};

/** The same of a device that reveals only to those who agree. */
const agreeing = { ...undemanding.assumptions, threat: 'malicious' } as const;

export interface CohortOptions {
  readonly devices: number;
  /** The first of them: others make another cohort of the same round; 0 by default. */
  readonly from?: number;
  readonly parameters?: GraphParameters;
  readonly demands?: Demands;
  readonly primitives?: Primitives;
  /** Whether devices agree before they reveal; true by default. */
  readonly agrees?: boolean;
  /** Bits of the ring in which updates are added up; 32 by default. */
  readonly width?: number;
}

/** The devices of a round and its coordinator, in one place, step by step; the states are by number in the graph. */
export class Cohort {
  readonly context: RoundContext;
  readonly agrees: boolean;
  readonly graph: MaskingGraph;
  readonly width: number;
  readonly contexts: ParticipantContext[];
  readonly entered: InKeys[];
  dealt: InShares[] = [];
  dealings = new Map<number, Dealing>();
  held = new Map<number, InUpdates>();
  masked = new Map<number, { state: InAgreement; update: Int32Array }>();
  agreed = new Map<number, InUnmasking>();
  statement: Uint8Array = new Uint8Array(0);
  revealed = new Map<number, InClosing>();

  constructor({
    devices,
    from = 0,
    parameters,
    demands = undemanding,
    primitives = native,
    agrees = true,
    width = 32,
  }: CohortOptions) {
    this.agrees = agrees;
    this.width = width;
    this.context = { ...bound, primitives };
    const population = Array.from({ length: devices }, (_, device) => {
      const identity = primitives.ed25519.signingKey(seed(1, from + device));
      const context = { ...this.context, identity, demands };
      return { context, state: enterRound(context, seed(2, from + device)) };
    });
    const keys = population.map(({ context, state }) =>
      readKeys(this.context, context.identity.publicKey, state.message),
    );
    this.graph = drawGraph(this.context, keys, parameters ?? findParameters(devices, demands.assumptions));
    const order = this.graph.devices.map(device => population[keys.indexOf(device)]!);
    this.contexts = order.map(({ context }) => context);
    this.entered = order.map(({ state }) => state);
  }

  get numbers(): number[] {
    return this.graph.devices.map((_, number) => number);
  }

  /** All devices deal; the dealings of the lost ones don't arrive. */
  deal(lost: (number: number) => boolean = () => false): this {
    this.dealt = this.numbers.map(i =>
      dealShares(this.contexts[i]!, this.entered[i]!, writeRoster(this.graph, i)),
    );
    const arrived = this.numbers.filter(i => !lost(i));
    const dealings = new Map(arrived.map(i => [i, readDealing(this.graph, i, this.dealt[i]!.message)]));
    this.dealings = new Map(settleDealings(this.graph, dealings));
    return this;
  }

  /** Those whose dealings count take the shares of their neighbours. */
  take(): this {
    for (const i of this.dealings.keys()) {
      const bundle = writeBundle(this.graph, this.dealings, i);
      this.held.set(i, takeShares(this.contexts[i]!, this.dealt[i]!, bundle));
    }
    return this;
  }

  /** The devices mask; the lost ones' updates don't arrive. */
  mask(updateOf: (number: number) => Int32Array, lost: (number: number) => boolean = () => false): this {
    for (const [i, state] of this.held) {
      const update = updateOf(i);
      const masked = maskUpdate(this.contexts[i]!, state, update, this.width);
      if (!lost(i)) this.masked.set(i, { state: masked, update });
    }
    return this;
  }

  /** The context of a device that hears a statement. */
  stating(number: number): ParticipantContext {
    const context = this.contexts[number]!;
    if (!this.agrees) return context;
    return { ...context, demands: { ...context.demands, assumptions: agreeing } };
  }

  /** States who survived, to which these agree, but for the lost ones. */
  agree(lost: (number: number) => boolean = () => false): this {
    const contributors = new Set(this.masked.keys());
    refuseUnrecoverable(this.graph, this.dealings, contributors);
    this.statement = writeStatement(this.graph.parameters.devices, this.dealings, contributors);
    for (const [i, { state }] of this.masked) {
      if (lost(i)) continue;
      const next = takeStatement(this.stating(i), state, this.statement);
      if (next.phase === 'unmasking') this.agreed.set(i, next);
      else this.revealed.set(i, next);
    }
    return this;
  }

  /** What the coordinator knows of a device's part in the sum. */
  evidenceOf(number: number): Evidence | undefined {
    const agreement = this.agreed.get(number);
    if (agreement) return { kind: 'agreement', signature: agreement.message };
    const masked = this.masked.get(number);
    return masked && { kind: 'update', signature: masked.state.message };
  }

  agreedFor(number: number): Uint8Array {
    return agreedFor(this.graph, number, device => this.evidenceOf(device));
  }

  /** Gathers what those who agreed reveal, but for the lost ones. */
  reveal(lost: (number: number) => boolean = () => false): this {
    if (!this.agrees) return this;
    refuseUnrecoverable(this.graph, this.dealings, new Set(this.agreed.keys()));
    for (const [i, state] of this.agreed) {
      if (!lost(i)) this.revealed.set(i, revealShares(this.stating(i), state, this.agreedFor(i)));
    }
    return this;
  }

  /** The sum of the updates, modulo 2^width, once the masks are off. */
  unmask(): Int32Array {
    const unmasking = new Unmasking(this.graph, this.dealings, this.statement);
    for (const [i, { message }] of this.revealed) unmasking.take(i, message);
    const sum = this.maskedSum();
    for (const secret of unmasking.recover()) {
      applyMasks(this.context.primitives, sum, unmaskingMasks(this.graph.context, secret), this.width);
    }
    return sum;
  }

  maskedSum(): Int32Array {
    const [first] = this.masked.values();
    const sum = new Int32Array(first!.update.length);
    for (const { update } of this.masked.values()) {
      update.forEach((value, i) => {
        sum[i]! += value;
      });
    }
    return sum;
  }
}
