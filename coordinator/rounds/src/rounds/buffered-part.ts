import type { AssignmentId, ModelHash } from '@murmuration/protocol/ids/ids';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { Base } from '../round/base.ts';
import type { Member } from '../round/cohort.ts';
import { isAnyLate } from '../round/phases/buffering.ts';
import type { DrawnMember } from '../round/store.ts';
import type { Outbox } from './outbox.ts';
import type { BufferPorts, DriverPorts } from './ports.ts';
import type { RoundExecution } from './round-execution.ts';

/** What a buffer takes over from the one before. */
export interface CarriedOver {
  readonly members: readonly DrawnMember[];
  /** Resolves once what counted in the one before is durable. */
  readonly summed: Promise<void>;
}

/** What the buffer of an asynchronous task does beyond what a round does. */
export class BufferedPart {
  readonly #execution: RoundExecution;
  readonly #outbox: Outbox;
  readonly #clock: DriverPorts['clock'];
  readonly #ports: BufferPorts;
  #cancelDue: Cancel = () => {};
  /** Whose device hears in a moment that its part is over, or has heard so. */
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

  /** Whether assignments are made now. */
  get admits(): boolean {
    return this.#ports.admits();
  }

  /** What an assignment starts from that is made at `time`. */
  baseAt(time: number): Base {
    const { id, number, limits } = this.#execution.terms;
    return { ...this.#ports.base(), round: id, number, until: time + limits.updates };
  }

  /** The versions from which open assignments start. */
  get bases(): readonly ModelHash[] {
    const { state } = this.#execution;
    return 'cohort' in state ? state.cohort.members.map(({ base }) => base!.model) : [];
  }

  /** Whether a deadline changes more than that the buffer looks for the next one. */
  isLasting(time: number): boolean {
    const { state } = this.#execution;
    return state.phase === 'updates' && isAnyLate(state, time);
  }

  /** The buffer may close from `time` on, ms since 1970. */
  due(time: number): void {
    this.#cancelDue();
    if (this.#execution.stop.signal.aborted) return;
    const happens = () => this.#execution.happen({ type: 'due' });
    if (time <= this.#clock.now()) happens();
    else this.#cancelDue = this.#clock.at(time, happens);
  }

  /** Another has begun after it already, as before a restart: it closes at once, with what it has. */
  succeeded(): void {
    this.#execution.happen({ type: 'succeeded' });
  }

  /** It closes by itself no more. */
  end(): void {
    this.#cancelDue();
  }

  /** The update of a device counts, and the buffer waits for others: it hears so, a moment after the answer to its upload. */
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

  /** Hands the assignments that are open to the next buffer; returns those of whom nothing is wanted any more. */
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
