import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { MaskingContribution } from '@murmuration/protocol/messages/masking';
import type { Assignment, Leave } from '@murmuration/protocol/messages/round';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import { addPacked, centre } from '@murmuration/protocol/secagg/ring';
import { decodeUpdate, type UpdateForm } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { meanOfSum, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import type { UploadRights } from '../transport/transport.ts';
import { MaskedPeers } from './masked-peers.ts';

/** Unmasked update of a device in a round: all that others could learn about its examples from it. */
export interface SentUpdate {
  /** Change of each value of the shared layers, in the model's order, clipped and rounded by the plan. */
  readonly delta: Float32Array;
  /** L2 norm of `delta`: at most the plan's `clip`, except for rounding. */
  readonly norm: number;
  readonly weight: number;
  /**
   * Number of examples that the device trained on; undefined if the plan's weights don't show it, as they do
   * with `weighting: 'examples'`.
   */
  readonly examples: number | undefined;
  /** Bytes of the upload. */
  readonly bytes: number;
}

/** Phase in which the coordinator ends a round without a version. */
export type FailingPhase = 'keys' | 'shares' | 'updates' | 'agreement' | 'unmasking';

type MaskingPhase = 'keys' | 'shares' | 'agree' | 'reveal';
type Input = readonly [event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array];

/** Round with one real device: its messages, and the input for it. */
export class TestRound {
  readonly assignment: Assignment;
  left: Leave | undefined;
  readonly #identity: Uint8Array;
  readonly #layout: Layout;
  readonly #peers: MaskedPeers | undefined;
  readonly #heard: { [Phase in MaskingPhase]?: Uint8Array } = {};
  #update: Uint8Array | undefined;
  #statement: Uint8Array | undefined;
  #input: Input | undefined;

  constructor(assignment: Assignment, layout: Layout, identity: Uint8Array, primitives: Primitives) {
    this.assignment = assignment;
    this.#identity = identity;
    this.#layout = layout;
    const { masking, largestCohort } = assignment.plan;
    this.#peers = masking
      ? new MaskedPeers(assignment, largestCohort - 1, masking, { primitives, layout })
      : undefined;
  }

  /** Pending input of the device, for one that has come back; undefined if it is the device's turn. */
  get input(): Input | undefined {
    return this.#input;
  }

  /** Returns the steps of the round: a condition, and the input for the device after it. */
  steps(): readonly (readonly [
    phase: FailingPhase,
    isReady: () => boolean,
    next: () => Input | undefined,
  ])[] {
    const heard = this.#heard;
    const upload = () => this.#update !== undefined;
    const peers = this.#peers;
    if (!peers) return [['updates', upload, () => undefined]];
    const survivors = (): Input => {
      this.#statement = peers.statement();
      return ['survivors', this.#statement];
    };
    const agreed = (): Input => ['agreed', peers.agreed(this.#statement!)];
    // An honest-but-curious coordinator shows all devices one statement, which needs no signatures.
    const trusts = this.assignment.plan.masking?.threat === 'honest-but-curious';
    return [
      ['keys', () => !!heard.keys, () => ['roster', peers.roster(this.#identity, heard.keys!)]],
      ['shares', () => !!heard.shares, () => ['bundle', peers.bundle(heard.shares!)]],
      ['updates', upload, survivors],
      ...(trusts ? [] : ([['agreement', () => !!heard.agree, agreed]] as const)),
      ['unmasking', () => !!heard.reveal, () => undefined],
    ];
  }

  tell(input: Input | undefined): void {
    this.#input = input;
  }

  /** Takes a message of a phase. Throws `round.repeated` if it differs from an earlier one. */
  hear(phase: MaskingPhase, { round, assignment, message }: MaskingContribution): null {
    this.#requireOurs(round, assignment);
    const before = this.#heard[phase];
    if (before && !equalBytes(before, message)) throw new MurmurationError('round.repeated');
    this.#heard[phase] = message;
    return null;
  }

  /** Takes an upload. Throws the errors of a coordinator. */
  take(path: string, { token, signature }: UploadRights, bytes: Uint8Array): void {
    const { round, assignment, token: secret } = this.assignment;
    if (path !== updatePath(round, assignment)) throw new MurmurationError('assignment.unknown');
    if (!equalBytes(token, secret)) throw new MurmurationError('assignment.token');
    if (this.#peers && !(signature && this.#peers.isUpdateSignature(signature)))
      throw new MurmurationError('update.unsigned');
    if (this.#update && !equalBytes(this.#update, bytes)) throw new MurmurationError('update.repeated');
    decodeUpdate(bytes, this.#form);
    this.#update = bytes;
  }

  leave(message: Leave): null {
    this.#requireOurs(message.round, message.assignment);
    this.left = message;
    return null;
  }

  /** Returns the device's update, after the round. */
  sent(): SentUpdate {
    const { plan, round } = this.assignment;
    const { delta, weight } = this.#unmasked(round);
    const norm = Math.sqrt(delta.reduce((sum, value) => sum + value * value, 0));
    const { weighting, weightCap, leastWeight = 1 } = plan.update;
    const { maxExamples, fairness } = plan.training;
    const isTold =
      weighting === 'examples' &&
      weightCap === maxExamples &&
      (leastWeight === 1 || weight > leastWeight) &&
      !fairness;
    return { delta, norm, weight, examples: isTold ? weight : undefined, bytes: this.#update!.length };
  }

  #unmasked(round: string): { delta: Float32Array; weight: number } {
    const settings = quantizationOf(this.assignment.plan);
    const quantization = quantizationFor(this.#layout.count, settings);
    if (this.#peers) {
      const own = this.#peers.sentBy(this.#update!, this.#statement!, this.#heard.reveal!);
      return meanOfSum(own, 1, settings, quantization, round);
    }
    const update = decodeUpdate(this.#update!, this.#form);
    if (update.kind === 'float32') return update;
    if (update.kind === 'sparse') throw new Error('No plan of a test task is compressed.');
    const sum = new Int32Array(quantization.elements);
    addPacked(sum, update.packed, quantization.width);
    return meanOfSum(centre(sum, quantization.width), 1, settings, quantization, round);
  }

  get #form(): UpdateForm {
    const { count, hash: layoutHash } = this.#layout;
    const { plan } = this.assignment;
    if (plan.update.kind === 'float32')
      return { kind: 'float32', layoutHash, count, maxWeight: plan.update.weightCap };
    const { elements, width } = quantizationFor(count, quantizationOf(plan));
    return { kind: 'ring', layoutHash, count: elements, width };
  }

  #requireOurs(round: string, assignment: string): void {
    if (round !== this.assignment.round) throw new MurmurationError('round.unknown');
    if (assignment !== this.assignment.assignment) throw new MurmurationError('assignment.unknown');
  }
}

export interface RoundResult {
  readonly task: string;
  /** Number of the round, from 1. */
  readonly number: number;
  /**
   * Outcome. `counted`: its update is in the sum, and the next version was published. `left`: the device gave
   * up its part. `failed`: the coordinator ended the round, as the test asked.
   */
  readonly outcome: 'counted' | 'left' | 'failed';
  /** Reason that the device gave for leaving: the code of an error, or `declined`. */
  readonly reason?: string;
  /** Update of the device in a round that counted. */
  readonly sent?: SentUpdate;
  /** Version published by a round that counted: the device's update added to the previous one. */
  readonly version?: ModelHash;
  /** Errors that the client emitted during the round. */
  readonly errors: readonly MurmurationError[];
}
