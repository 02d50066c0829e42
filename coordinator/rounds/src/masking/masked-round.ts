import { equalBytes, hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import {
  agreedFor,
  type Dealings,
  dealerFlags,
  refuseUnrecoverable,
  settleDealings,
  writeBundle,
} from '@murmuration/protocol/secagg/aggregator';
import { agreementMessage, type Evidence, updateMessage } from '@murmuration/protocol/secagg/agreement';
import type { GraphContext, RoundContext } from '@murmuration/protocol/secagg/context';
import { type Dealing, readDealing } from '@murmuration/protocol/secagg/dealing';
import { drawGraph, holdersOf, type MaskingGraph } from '@murmuration/protocol/secagg/graph';
import { signatureBytes } from '@murmuration/protocol/secagg/keys';
import { Misdeed } from '@murmuration/protocol/secagg/misdeed';
import { corruptHolders, findParameters } from '@murmuration/protocol/secagg/parameters';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { type RecoveredSecret, Unmasking } from '@murmuration/protocol/secagg/unmasking';
import { CohortKeys, type KeyOwner } from './cohort-keys.ts';
import { Complaints } from './complaints.ts';
import { MaskingInputs } from './inputs.ts';

/**
 * The coordinator's part of secure aggregation over one graph, by assignment; the graph has its own device
 * numbers.
 */
export class MaskedGroup {
  readonly #context: RoundContext;
  readonly #settings: MaskingSettings;
  readonly #keys: CohortKeys;
  readonly #numbers = new Map<AssignmentId, number>();
  readonly #dealings = new Map<number, Dealing>();
  #graph: MaskingGraph | undefined;
  #settled: Dealings = new Map();
  /** Signature of each device with its update, by number. */
  readonly #updateSignatures = new Map<number, Uint8Array>();
  /** Bytes that devices sign with their updates, and to agree. */
  #toSignWithUpdate: Uint8Array | undefined;
  #toAgree: Uint8Array | undefined;
  #counted: ReadonlySet<number> = new Set();
  readonly #agreements = new Map<number, Uint8Array>();
  /**
   * Number of holders of each dealer's shares that have agreed; `#unsettled` is the number of dealers with
   * too few.
   */
  readonly #agreeing = new Map<number, number>();
  #unsettled = 0;
  #unmasking: Unmasking | undefined;
  #complaints!: Complaints;
  /** Devices that complaints have convicted, and that are not reported yet. */
  #untold: number[] = [];

  /** Takes the `keys` of the whole cohort; the graph may have only a part of it. */
  constructor(context: RoundContext, settings: MaskingSettings, keys = new CohortKeys(context)) {
    this.#context = context;
    this.#settings = settings;
    this.#keys = keys;
  }

  /** Round with its graph, once that is drawn. */
  get context(): GraphContext {
    return this.#graph!.context;
  }

  /** Throws `secagg.keys` or `crypto.low-order`. */
  takeKeys(assignment: AssignmentId, owner: KeyOwner, message: Uint8Array): void {
    this.#keys.take(assignment, owner, message);
  }

  /** Draws the graph over `members`, for the roster of each. Throws `secagg.parameters` if none exists. */
  drawGraph(members: readonly AssignmentId[]): MaskingInputs {
    const kind = this.#settings.graph === 'complete' ? 'complete' : undefined;
    const parameters = findParameters(members.length, this.#settings, kind);
    const graph = drawGraph(
      this.#context,
      members.map(member => this.#keys.of(member)),
      parameters,
    );
    const numberOf = new Map(graph.devices.map(({ identity }, number) => [hex(identity), number]));
    for (const member of members)
      this.#numbers.set(member, numberOf.get(hex(this.#keys.of(member).identity))!);
    this.#graph = graph;
    this.#complaints = new Complaints(corruptHolders(parameters, this.#settings));
    return new MaskingInputs(members, member => writeRoster(graph, this.#numberOf(member)));
  }

  /** Throws `secagg.share`. */
  takeDealing(assignment: AssignmentId, message: Uint8Array): void {
    const number = this.#numberOf(assignment);
    this.#dealings.set(number, readDealing(this.#graph!, number, message));
  }

  /**
   * Settles on the dealings, for the bundle of each member whose secrets could be recovered; the others are
   * out of the sum.
   */
  settle(members: readonly AssignmentId[]): MaskingInputs {
    const graph = this.#graph!;
    const settled = settleDealings(graph, this.#dealings);
    this.#settled = settled;
    const inTheSum = members.filter(member => settled.has(this.#numberOf(member)));
    const flags = dealerFlags(graph, settled);
    this.#toSignWithUpdate = updateMessage(graph.context, flags);
    return new MaskingInputs(inTheSum, member => writeBundle(graph, settled, this.#numberOf(member), flags));
  }

  /**
   * Returns those of these members that would be in the sum if the phase ended now; none if its masks could
   * not be removed.
   */
  openable(phase: 'shares' | 'updates', members: readonly AssignmentId[]): readonly AssignmentId[] {
    const graph = this.#graph!;
    if (phase === 'shares') {
      const settled = settleDealings(graph, this.#dealings);
      return members.filter(member => settled.has(this.#numberOf(member)));
    }
    try {
      refuseUnrecoverable(graph, this.#settled, new Set(members.map(member => this.#numberOf(member))));
      return members;
    } catch (error) {
      if (error instanceof MurmurationError && error.code === 'secagg.too-few') return [];
      throw error;
    }
  }

  /** Takes the signature of a device with its update over its masking partners. Throws `update.unsigned`. */
  takeUpdateSignature(assignment: AssignmentId, signature: Uint8Array | undefined): void {
    const number = this.#numberOf(assignment);
    const before = this.#updateSignatures.get(number);
    if (before && signature && equalBytes(before, signature)) return;
    if (!signature || !this.#isSigned(number, this.#toSignWithUpdate!, signature))
      throw new MurmurationError('update.unsigned');
    this.#updateSignatures.set(number, new Uint8Array(signature));
  }

  updateSignature(assignment: AssignmentId): Uint8Array | undefined {
    return this.#updateSignatures.get(this.#numberOf(assignment));
  }

  /**
   * Returns the one statement of the contributors. Throws `secagg.too-few` if their masks could not be
   * removed.
   */
  state(contributors: readonly AssignmentId[]): Uint8Array {
    const numbers = new Set(contributors.map(member => this.#numberOf(member)));
    refuseUnrecoverable(this.#graph!, this.#settled, numbers);
    const statement = writeStatement(this.#graph!.devices.length, this.#settled, numbers);
    this.#toAgree = agreementMessage(this.context, statement);
    this.#counted = numbers;
    this.#unsettled = this.#settled.size;
    this.#unmasking = new Unmasking(this.#graph!, this.#settled, statement);
    return statement;
  }

  /**
   * Takes a device's agreement to the statement. Returns true if, for each device that dealt, enough holders
   * of its shares have agreed. Throws `secagg.agreement`.
   */
  takeAgreement(assignment: AssignmentId, signature: Uint8Array): boolean {
    const number = this.#numberOf(assignment);
    if (!this.#isSigned(number, this.#toAgree!, signature))
      throw new MurmurationError(
        'secagg.agreement',
        'The device has not signed the statement of this round.',
      );
    const { parameters, neighbours } = this.#graph!;
    if (!this.#agreements.has(number)) {
      for (const dealer of holdersOf(parameters, neighbours[number]!)) {
        if (!this.#settled.has(dealer)) continue;
        const agreeing = (this.#agreeing.get(dealer) ?? 0) + 1;
        this.#agreeing.set(dealer, agreeing);
        if (agreeing === parameters.threshold) this.#unsettled -= 1;
      }
    }
    this.#agreements.set(number, new Uint8Array(signature));
    return this.#unsettled === 0;
  }

  hasAgreed(assignment: AssignmentId): boolean {
    return this.#agreements.has(this.#numberOf(assignment));
  }

  /**
   * Returns the message about its neighbours' agreements that a device gets before it reveals; for a
   * neighbour that has not agreed, the message has the signature sent with its update.
   */
  agreedFor(assignment: AssignmentId): Uint8Array {
    return agreedFor(this.#graph!, this.#numberOf(assignment), number => this.#evidenceOf(number));
  }

  /** Throws `secagg.share`. Returns true if everything needed to remove the masks is there. */
  takeReveal(assignment: AssignmentId, message: Uint8Array): boolean {
    const number = this.#numberOf(assignment);
    const unopened = this.#unmasking!.take(number, message);
    this.#untold.push(...this.#complaints.take(number, unopened));
    return this.#unmasking!.missing === 0;
  }

  /** Returns the devices that reveals have convicted of dealing boxes that do not open, each once. */
  proved(): readonly AssignmentId[] {
    return this.#assignmentsOf(new Set(this.#untold.splice(0)));
  }

  /**
   * Devices, at least one among which has kept the masks on: each dealer whose secret lacks shares and whose
   * boxes were said not to open, and the holders that said so.
   */
  get suspects(): readonly AssignmentId[] {
    const lacking = this.#unmasking?.lacking ?? [];
    const accused = lacking.filter(dealer => this.#complaints.of(dealer).length > 0);
    return this.#assignmentsOf(new Set(accused.flatMap(dealer => [dealer, ...this.#complaints.of(dealer)])));
  }

  /**
   * Returns the secrets whose masks are in the sum. Throws `secagg.dealer` if a device dealt something else
   * than it signed.
   */
  recover(): readonly RecoveredSecret[] {
    return this.#unmasking!.recover();
  }

  /** Returns the devices whose misdeed an error of this round proves. */
  culprits(error: unknown): readonly AssignmentId[] {
    if (!(error instanceof Misdeed)) return [];
    return this.#assignmentsOf(new Set(error.devices));
  }

  #assignmentsOf(numbers: ReadonlySet<number>): readonly AssignmentId[] {
    if (numbers.size === 0) return [];
    return [...this.#numbers].filter(([, number]) => numbers.has(number)).map(([assignment]) => assignment);
  }

  #evidenceOf(number: number): Evidence | undefined {
    const agreement = this.#agreements.get(number);
    if (agreement) return { kind: 'agreement', signature: agreement };
    const update = this.#counted.has(number) ? this.#updateSignatures.get(number) : undefined;
    return update && { kind: 'update', signature: update };
  }

  #isSigned(number: number, message: Uint8Array, signature: Uint8Array): boolean {
    const { ed25519 } = this.#context.primitives;
    return (
      signature.length === signatureBytes &&
      ed25519.verify(this.#graph!.devices[number]!.identity, message, signature)
    );
  }

  #numberOf(assignment: AssignmentId): number {
    const number = this.#numbers.get(assignment);
    if (number === undefined)
      throw new MurmurationError('assignment.unknown', 'This device is not in the graph of the round.');
    return number;
  }
}
