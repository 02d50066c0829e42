import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { planHash } from '@murmuration/protocol/secagg/context';
import {
  dealShares,
  enterRound,
  type InAgreement,
  maskUpdate,
  type Participant,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';

/** What a device sends in a phase. */
interface Step {
  readonly kind: 'keys' | 'shares' | 'update' | 'agree' | 'reveal';
  readonly bytes: Uint8Array;
  /** What the device signed with its update. */
  readonly signature?: Uint8Array;
}

/** What a device has, and has heard, in its part of a round. */
export interface StepInputs {
  readonly context: ParticipantContext;
  /** Its entropy for the round, 32 bytes. */
  seed(): Uint8Array;
  heard(event: MaskingEvent): Uint8Array | undefined;
  /** Makes its update; `mask` changes the elements before they are packed. */
  prepare(mask: (elements: Int32Array, width: number) => void): Uint8Array;
}

/** What a device does otherwise than the protocol says; each takes what an honest one would send. */
export interface Lies {
  /** Of its dealing. */
  deal?(
    dealing: Uint8Array,
    context: ParticipantContext,
    state: Extract<Participant, { phase: 'shares' }>,
  ): Uint8Array;
  /** Of its update once it has its masks. */
  masked?(elements: Int32Array): void;
  /** Of its reveal; `self`: its number in the graph. */
  reveal?(reveal: Uint8Array, self: number): Uint8Array;
}

/** A device's part in one masked round, a message at a time, each as soon as what it follows from was heard. */
export class MaskedSteps {
  #state: Participant | undefined;
  /** Its number in the graph. */
  #self = 0;

  /** The next message; undefined where there is none yet, or none any more. Throws `secagg.*` where the device has to leave. */
  next({ context, seed, heard, prepare }: StepInputs, lies: Lies = {}): Step | undefined {
    const state = this.#state;
    const reveal = (bytes: Uint8Array) => lies.reveal?.(bytes, this.#self) ?? bytes;
    switch (state?.phase) {
      case undefined: {
        const next = enterRound(context, seed());
        this.#state = next;
        return { kind: 'keys', bytes: next.message };
      }
      case 'keys': {
        const roster = heard('roster');
        if (!roster) return undefined;
        const next = dealShares(context, state, roster);
        this.#self = next.neighbourhood.self;
        this.#state = next;
        return { kind: 'shares', bytes: lies.deal?.(next.message, context, next) ?? next.message };
      }
      case 'shares': {
        const bundle = heard('bundle');
        if (!bundle) return undefined;
        const ready = takeShares(context, state, bundle);
        let next: InAgreement | undefined;
        const bytes = prepare((elements, width) => {
          next = maskUpdate(context, ready, elements, width);
          lies.masked?.(elements);
        });
        this.#state = next!;
        return { kind: 'update', bytes, signature: next!.message };
      }
      case 'agreement': {
        const statement = heard('survivors');
        if (!statement) return undefined;
        const next = takeStatement(context, state, statement);
        this.#state = next;
        return next.phase === 'closing'
          ? { kind: 'reveal', bytes: reveal(next.message) }
          : { kind: 'agree', bytes: next.message };
      }
      case 'unmasking': {
        const agreed = heard('agreed');
        if (!agreed) return undefined;
        const next = revealShares(context, state, agreed);
        this.#state = next;
        return { kind: 'reveal', bytes: reveal(next.message) };
      }
      default:
        return undefined;
    }
  }
}

/** What a device of a small cohort knows of a round of masking. Throws `secagg.parameters` where its plan has none. */
export function contextOf(
  { round, number, plan, planBytes }: Assignment,
  identity: SigningKey,
): ParticipantContext {
  const { task, masking } = plan;
  if (!masking) throw new MurmurationError('secagg.parameters', 'The plan has no masking.');
  return {
    primitives: native,
    task,
    round,
    plan: planHash(native, number, planBytes),
    identity,
    demands: { assumptions: masking, smallestCohort: 3, smallestSum: 3, today: 0 },
  };
}
