import { hex } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { AssignmentId } from '@murmuration/protocol/ids';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import {
  type Dealings,
  refuseUnrecoverable,
  settleDealings,
  writeBundle,
} from '@murmuration/protocol/secagg/aggregator';
import type { RoundContext } from '@murmuration/protocol/secagg/context';
import { type Dealing, readDealing } from '@murmuration/protocol/secagg/dealing';
import { drawGraph, type MaskingGraph } from '@murmuration/protocol/secagg/graph';
import { type DeviceKeys, readKeys, TakenKeys } from '@murmuration/protocol/secagg/keys';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { type RecoveredSecret, Unmasking } from '@murmuration/protocol/secagg/unmasking';
import { Inputs } from './inputs.ts';

/** A device as its peers know it. */
interface KeyOwner {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The enrolment authority's signature over the key, 64 bytes, where there is one. */
  readonly certificate: Uint8Array | null | undefined;
}

/** The coordinator's part of secure aggregation in one round, by assignment; the graph numbers its devices by itself. */
export class MaskedRound {
  readonly context: RoundContext;
  readonly #settings: MaskingSettings;
  readonly #taken = new TakenKeys();
  readonly #keys = new Map<AssignmentId, DeviceKeys>();
  readonly #numbers = new Map<AssignmentId, number>();
  readonly #dealings = new Map<number, Dealing>();
  #graph: MaskingGraph | undefined;
  #settled: Dealings = new Map();
  #unmasking: Unmasking | undefined;

  constructor(context: RoundContext, settings: MaskingSettings) {
    this.context = context;
    this.#settings = settings;
  }

  /** Throws `secagg.keys` or `crypto.low-order`. */
  takeKeys(assignment: AssignmentId, { publicKey, certificate }: KeyOwner, message: Uint8Array): void {
    const keys = readKeys(this.context, publicKey, message, certificate ?? undefined);
    this.#taken.take(keys);
    this.#keys.set(assignment, keys);
  }

  /** Draws the graph over `members`, for the roster of each. Throws `secagg.parameters` where none exists. */
  drawGraph(members: readonly AssignmentId[]): Inputs {
    const kind = this.#settings.graph === 'complete' ? 'complete' : undefined;
    const parameters = findParameters(members.length, this.#settings, kind);
    const graph = drawGraph(
      this.context,
      members.map(member => this.#keys.get(member)!),
      parameters,
    );
    const numberOf = new Map(graph.devices.map(({ identity }, number) => [hex(identity), number]));
    for (const member of members)
      this.#numbers.set(member, numberOf.get(hex(this.#keys.get(member)!.identity))!);
    this.#graph = graph;
    return new Inputs(members, member => writeRoster(graph, this.#numberOf(member)));
  }

  /** Throws `secagg.share`. */
  takeDealing(assignment: AssignmentId, message: Uint8Array): void {
    const number = this.#numberOf(assignment);
    this.#dealings.set(number, readDealing(this.#graph!, number, message));
  }

  /** Settles on the dealings, for the bundle of each member whose secrets could be recovered; the others are out of the sum. */
  settle(members: readonly AssignmentId[]): Inputs {
    const graph = this.#graph!;
    const settled = settleDealings(graph, this.#dealings);
    this.#settled = settled;
    const inTheSum = members.filter(member => settled.has(this.#numberOf(member)));
    return new Inputs(inTheSum, member => writeBundle(graph, settled, this.#numberOf(member)));
  }

  /** The one statement of who contributed. Throws `secagg.too-few` where their masks could not be taken off. */
  state(contributors: readonly AssignmentId[]): Uint8Array {
    const numbers = new Set(contributors.map(member => this.#numberOf(member)));
    refuseUnrecoverable(this.#graph!, this.#settled, numbers);
    const statement = writeStatement(this.#graph!.devices.length, numbers);
    this.#unmasking = new Unmasking(this.#graph!, this.#settled, statement);
    return statement;
  }

  /** Throws `secagg.share`. Returns whether everything is there that takes the masks off. */
  takeReveal(assignment: AssignmentId, message: Uint8Array): boolean {
    this.#unmasking!.take(this.#numberOf(assignment), message);
    return this.#unmasking!.missing === 0;
  }

  /** The secrets whose masks are in the sum. Throws `secagg.dealer` where one device dealt something else than it signed. */
  recover(): readonly RecoveredSecret[] {
    return this.#unmasking!.recover();
  }

  #numberOf(assignment: AssignmentId): number {
    const number = this.#numbers.get(assignment);
    if (number === undefined)
      throw new MurmurationError('assignment.unknown', 'This device is not in the graph of the round.');
    return number;
  }
}
