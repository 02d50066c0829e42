import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import { type Member, memberOf, standingOf } from '../round/cohort.ts';
import type { BufferedPart } from './buffered-part.ts';
import type { Outbox } from './outbox.ts';
import type { RoundExecution } from './round-execution.ts';

/** Tells the devices of a round what they are to know, once all that it follows from is durable: at once where they are connected, else when they are back. */
export class Messenger {
  readonly #execution: RoundExecution;
  readonly #outbox: Outbox;
  readonly #buffer: BufferedPart | undefined;
  /** Assignments that are durable. */
  readonly #kept: Set<AssignmentId>;

  /** `buffer`: of an asynchronous task; `kept`: those whose assignments are durable from the beginning. */
  constructor(
    execution: RoundExecution,
    outbox: Outbox,
    buffer: BufferedPart | undefined,
    kept: readonly Member[],
  ) {
    this.#execution = execution;
    this.#outbox = outbox;
    this.#buffer = buffer;
    this.#kept = new Set(kept.map(({ assignment }) => assignment));
  }

  /** The connection of a device is gone. */
  away(device: DeviceId): void {
    const assignment = this.#execution.claims.of(device);
    if (assignment) this.#execution.happen({ type: 'away', assignment });
  }

  /**
   * A device is connected again: it hears its assignment once more, and what it was given last. That waits for no write that is under way: a device
   * that is not named its round goes elsewhere, and gives it up at last.
   */
  back(device: DeviceId) {
    const { claims, commits } = this.#execution;
    const assignment = claims.of(device);
    if (!assignment) return;
    this.#execution.happen({ type: 'back', assignment });
    const { state } = this.#execution;
    if (!('cohort' in state)) return;
    const member = memberOf(state.cohort, assignment);
    const standing = standingOf(state.cohort, assignment);
    if (standing === 'left') return;
    if (standing === 'counted' && this.#buffer)
      return commits.whenSummed(() => this.#buffer?.thank(assignment));
    if (member) return this.#kept.has(assignment) ? this.#tell(member) : this.assign([member]);
    claims.release(device);
    this.release([{ device, assignment }]);
  }

  /** Tells members of their assignments, and of what the phase began with. */
  assign(members: readonly Member[]): void {
    this.#execution.commits.whenWritten(() => {
      for (const member of members) {
        this.#kept.add(member.assignment);
        this.#tell(member);
      }
    });
  }

  /** Gives to everybody what the phase begins with, once it may be known. */
  offer(): void {
    this.#execution.masked?.offer(() => {
      const { state } = this.#execution;
      if (!('cohort' in state)) return;
      for (const member of state.cohort.members)
        if (standingOf(state.cohort, member.assignment) !== 'left') this.give(member);
    });
  }

  /** Gives to a member what the phase began with, where that may be known. */
  give(member: Member): void {
    const feed = this.#execution.masked?.feed;
    if (!feed) return;
    if (this.#outbox.isConnected(member.device)) this.#outbox.feed(member, feed);
    else this.away(member.device);
  }

  /** Lets members go whose message is no longer wanted. */
  release(members: readonly Member[]): void {
    const { commits, terms } = this.#execution;
    commits.whenSummed(() => {
      const reason = terms.kind === 'buffer' ? 'The update comes too late.' : 'The round has what it wanted.';
      for (const member of members) this.#outbox.end(member, 'closed', reason);
    });
  }

  #tell(member: Member) {
    const { state } = this.#execution;
    if (!('deadlines' in state)) return;
    if (!this.#outbox.isConnected(member.device)) return this.away(member.device);
    this.#outbox.assign(member, state.deadlines.updates);
    this.give(member);
  }
}
