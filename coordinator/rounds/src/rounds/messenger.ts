import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import { type Member, memberOf, standingOf } from '../round/cohort.ts';
import type { BufferedPart } from './buffered-part.ts';
import type { Outbox } from './outbox.ts';
import type { RoundExecution } from './round-execution.ts';

/**
 * Sends the devices of a round their messages once all that these follow from is durable: at once to
 * connected devices, to the others when they are back.
 */
export class Messenger {
  readonly #execution: RoundExecution;
  readonly #outbox: Outbox;
  readonly #buffer: BufferedPart | undefined;
  /** Assignments that are durable. */
  readonly #kept: Set<AssignmentId>;

  /** `buffer` is set in an asynchronous task; `kept` assignments are durable from the beginning. */
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

  away(device: DeviceId): void {
    const assignment = this.#execution.claims.of(device);
    if (assignment) this.#execution.happen({ type: 'away', assignment });
  }

  /**
   * Repeats to a device that is back its assignment and its last input. This does not wait for a write under
   * way: a device that does not hear of its round goes elsewhere, and in the end gives it up.
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

  /** Sends members their assignments, and their inputs of the phase. */
  assign(members: readonly Member[]): void {
    this.#execution.commits.whenWritten(() => {
      for (const member of members) {
        this.#kept.add(member.assignment);
        this.#tell(member);
      }
    });
  }

  /** Sends the inputs of the phase to every member, once they may be sent. */
  offer(): void {
    this.#execution.masked?.offer(() => {
      const { state } = this.#execution;
      if (!('cohort' in state)) return;
      for (const member of state.cohort.members)
        if (standingOf(state.cohort, member.assignment) !== 'left') this.give(member);
    });
  }

  /** Sends a member its input of the phase, if it may be sent. */
  give(member: Member): void {
    const feed = this.#execution.masked?.feed;
    if (!feed) return;
    if (this.#outbox.isConnected(member.device)) this.#outbox.feed(member, feed);
    else this.away(member.device);
  }

  /** Tells members that their message is no longer wanted. */
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
