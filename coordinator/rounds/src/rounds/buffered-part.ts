import type { AssignmentId, ModelHash } from '@murmuration/protocol/ids/ids';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Base } from '../round/base.ts';
import type { Member } from '../round/cohort.ts';
import { isAnyLate } from '../round/phases/buffering.ts';
import type { DrawnMember } from '../round/store.ts';
import type { Outbox } from './outbox.ts';
import type { BufferPorts, DriverPorts } from './ports.ts';
import type { RoundExecution } from './round-execution.ts';

/** State that a buffer takes over from the one before. */
export interface CarriedOver {
  readonly members: readonly DrawnMember[];
  /** Resolves once the contributions to the buffer before are durable. */
  readonly summed: Promise<void>;
}

/** Additional behaviour of a round that is a buffer of an asynchronous task. */
export class BufferedPart {
  readonly #execution: RoundExecution;
  readonly #outbox: Outbox;
  readonly #clock: DriverPorts['clock'];
  readonly #ports: BufferPorts;
  #cancelDue: Cancel = () => {};
  /** Assignments whose device hears, or will hear in a moment, that its part is over. */
  readonly #thanked = new Set<AssignmentId>();
  /** Resolves once the buffer after this one is durable. */
  nextBegun: Promise<void> | undefined;

  constructor(
    execution: RoundExecution,
    outbox: Outbox,
    ports: { readonly clock: DriverPorts['clock']; readonly buffers: BufferPorts },
  ) {
    this.#execution = execution;
    this.#outbox = outbox;
    this.#clock = ports.clock;
    this.#ports = ports.buffers;
  }

  /** True if assignments are made now. */
  get admits(): boolean {
    return this.#ports.admits();
  }

  /** Returns the starting point of an assignment made at `time`. */
  baseAt(time: number): Base {
    const { id, number, limits } = this.#execution.terms;
    return { ...this.#ports.base(), round: id, number, until: time + limits.updates };
  }

  /** Versions from which open assignments start. */
  get bases(): readonly ModelHash[] {
    const { state } = this.#execution;
    return 'cohort' in state ? state.cohort.members.map(({ base }) => base!.model) : [];
  }

  /** True if this deadline must be journaled. */
  isLasting(time: number): boolean {
    const { state } = this.#execution;
    return state.phase === 'updates' && isAnyLate(state, time);
  }

  /** Allows the buffer to close from `time` on, ms since 1970. */
  due(time: number): void {
    this.#cancelDue();
    if (this.#execution.stop.signal.aborted) return;
    const happens = () => this.#execution.happen({ type: 'due' });
    if (time <= this.#clock.now()) happens();
    else this.#cancelDue = this.#clock.at(time, happens);
  }

  /** Closes the buffer with what it has, because the next one began before a restart. */
  succeeded(): void {
    this.#execution.happen({ type: 'succeeded' });
  }

  /** Cancels the timer that would let the buffer close. */
  end(): void {
    this.#cancelDue();
  }

  /**
   * Tells a device that its update counts while the buffer waits for others, a moment after the answer to its
   * upload.
   */
  thank(assignment: AssignmentId): void {
    const device = this.#execution.claims.deviceOf(assignment);
    if (!device || this.#execution.stop.signal.aborted) return;
    this.#thanked.add(assignment);
    this.#ports.soon(assignment, () =>
      this.#outbox.end({ device, assignment }, 'closed', 'The update counts.'),
    );
  }

  hasThanked(assignment: AssignmentId): boolean {
    return this.#thanked.has(assignment);
  }

  /** Hands the open assignments to the next buffer; returns the members that are no longer needed. */
  carry(members: readonly Member[]): readonly Member[] {
    const { claims, commits, terms } = this.#execution;
    const open = members.map(member => ({ ...member, token: claims.token(member.assignment) }));
    const summed = new Promise<void>(resolve => commits.whenNearlySummed(resolve));
    for (const { device } of members) claims.release(device);
    const { begun, released } = this.#ports.carry(terms.id, open, summed);
    this.nextBegun = begun;
    const gone = new Set(released.map(({ assignment }) => assignment));
    for (const member of members) if (!gone.has(member.assignment)) claims.forget(member);
    return released;
  }
}
