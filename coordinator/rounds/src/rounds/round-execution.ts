import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import { writePlan } from '@murmuration/protocol/messages/plan';
import { countedReason } from '@murmuration/protocol/messages/round';
import { planHash } from '@murmuration/protocol/secagg/context';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { UpdateOrigin } from '../aggregation/running-sum.ts';
import { MaskedGroups } from '../masking/masked-groups.ts';
import { stalenessIn } from '../round/base.ts';
import { type Member, maySend, memberOf, membersAt, standingOf } from '../round/cohort.ts';
import { begin } from '../round/phases/gathering.ts';
import { replay } from '../round/replay.ts';
import type { CollectingState, Effect, RoundEvent, RoundState, RoundTerms } from '../round/round.ts';
import type { JournalEntry, SavedRound } from '../round/store.ts';
import { Timeline } from '../round/timeline.ts';
import { transition } from '../round/transition.ts';
import { Checkpointer } from './checkpointer.ts';
import { Claims } from './claims.ts';
import { untilTheEnd } from './group-commit.ts';
import { type DurabilityPorts, Journal } from './journal.ts';
import { MaskedPart, type MaskingEntry, phaseOf } from './masked-part.ts';
import type { DriverPorts } from './ports.ts';
import { RoundCommits } from './round-commits.ts';

type ExecutionPorts = DurabilityPorts &
  Pick<DriverPorts, 'primitives' | 'conduct'> & {
    readonly moments: Pick<DriverPorts['moments'], 'convicted'>;
  };

/**
 * A round as it runs: its state, and all that follows from its events, such as claims, sum and masking graph.
 * An event changes it at once and is written to the journal; a replay leads to the same state.
 */
export class RoundExecution {
  readonly terms: RoundTerms;
  readonly aggregate: Aggregate;
  readonly claims = new Claims();
  readonly masked: MaskedPart | undefined;
  /** Durable writes of the round, for those that wait for them. */
  readonly commits: RoundCommits;
  /** Aborted, with the error that devices then get, when another object may go on with the round. */
  readonly stop = new AbortController();
  readonly timeline: Timeline;
  /** Refusals of devices' messages, by code; not replayed. */
  readonly errors: Partial<Record<ErrorCode, number>> = {};
  /** Devices that gave up their part, by `countedReason`; not replayed. */
  readonly left: Record<string, number> = {};
  readonly #ports: ExecutionPorts;
  readonly #journal: Journal;
  readonly #checkpointer: Checkpointer;
  #state: RoundState;
  /** Undefined during the replay of events from before a restart. */
  #perform: ((effect: Effect) => void) | undefined;
  /** Moment when the deadlines were last moved, by the journal. */
  #shiftedAt: number | undefined;
  #follow: (state: RoundState) => void = () => {};
  /** True if a device was convicted of what the round may fail for. */
  #hasConvicted = false;

  /**
   * Begins a round, which is stored once `after` has resolved, or replays `saved`, from whose checkpoint
   * `aggregate` was restored.
   */
  constructor(
    terms: RoundTerms,
    aggregate: Aggregate,
    ports: ExecutionPorts,
    saved?: SavedRound,
    after?: Promise<void>,
  ) {
    this.terms = terms;
    this.aggregate = aggregate;
    this.#ports = ports;
    this.#journal = new Journal(terms, ports, saved !== undefined, after);
    // An update of a buffer may come before the buffer has begun in the storage.
    const begun = after && new Promise<void>(resolve => this.#journal.commit.whenDurable(resolve));
    this.#checkpointer = new Checkpointer(terms, aggregate, ports, saved?.checkpoint?.contributors, begun);
    this.commits = new RoundCommits(this.#journal.commit, this.#checkpointer.commit);
    const { masking, task } = terms.plan;
    const plan = planHash(ports.primitives, terms.number, writePlan(terms.plan));
    const context = { primitives: ports.primitives, task, round: terms.id, plan };
    this.masked = masking
      ? new MaskedPart(
          new MaskedGroups(context, masking, terms.kind === 'grouped' ? terms.groups.smallest : undefined),
          this.#journal,
          this.#checkpointer,
        )
      : undefined;
    this.#state = begin(terms).state;
    this.timeline = new Timeline(this.#state);
    if (saved) this.#replay(saved);
  }

  get state(): RoundState {
    return this.#state;
  }

  /** True if the masks of enough updates could be removed if the phase ended now. */
  get isOpenable(): boolean {
    const { state, masked } = this;
    if (!masked || (state.phase !== 'shares' && state.phase !== 'updates')) return true;
    const counted = membersAt(state.cohort, 'counted').map(({ assignment }) => assignment);
    return masked.groups.openable(state.phase, counted) >= state.terms.minimum;
  }

  /**
   * Performs effects from now on; the caller performs those of the current state. `follow` gets each state.
   */
  goLive(perform: (effect: Effect) => void, follow: (state: RoundState) => void): void {
    this.#perform = perform;
    this.#follow = follow;
    this.#tell();
    follow(this.#state);
  }

  /** Applies an event; writes `entry` to the journal if it changed anything. */
  happen(event: RoundEvent, entry?: JournalEntry): void {
    if (this.stop.signal.aborted && event.type !== 'published') return;
    const before = this.#state;
    const { state, effects } = transition(before, event);
    if (state === before && effects.length === 0) return;
    if (entry) this.#journal.append(entry);
    if (before.phase === 'unmasking' && state.phase !== 'unmasking')
      this.#spoiled(this.masked?.groups.suspects ?? []);
    this.#state = state;
    this.timeline.follow(event, state, this.#timeOf(event));
    if (this.#perform) this.#tell();
    for (const effect of effects) this.#carryOut(effect);
    this.#follow(this.#state);
  }

  /** Counts a refusal of a device's message or request, and reports a misdeed that it proves. */
  refused(error: unknown): void {
    if (!(error instanceof MurmurationError)) return;
    error.round = this.terms.id;
    this.#convict(error);
    this.errors[error.code] = (this.errors[error.code] ?? 0) + 1;
  }

  draw(entry: Extract<JournalEntry, { readonly type: 'drawn' }>): void {
    this.#journal.append(entry);
    this.#drawn(entry);
  }

  /**
   * Takes the signature of a device with its masked update, if updates are taken now. Throws
   * `update.unsigned` if it is missing or wrong.
   */
  takeUpdateSignature(assignment: AssignmentId, signature: Uint8Array | undefined): void {
    if (this.#state.phase === 'updates' && standingOf(this.#state.cohort, assignment) !== undefined)
      this.masked?.groups.of(assignment).takeUpdateSignature(assignment, signature);
  }

  /**
   * Adds an update to the sum, once, as `take`; also throws `update.*`. Resolves when it is durable, and
   * rejects as `GroupCommit.acknowledge`.
   */
  takeUpdate(assignment: AssignmentId, bytes: Uint8Array, signature: Uint8Array | undefined): Promise<void> {
    const taken = this.#take(assignment, 'updates', bytes, 'update.repeated', digest => {
      const masked = this.masked?.groups.of(assignment);
      masked?.takeUpdateSignature(assignment, signature);
      this.aggregate.add(bytes, this.masked?.groups.groupOf(assignment) ?? 0, this.#originOf(assignment));
      this.#checkpointer.add({
        assignment,
        digest,
        signature: masked?.updateSignature(assignment) ?? null,
      });
      return { type: 'counted', assignment };
    });
    // Not an async function: while it waited here, it would hold the bytes, which are no longer needed.
    return taken.then(() => this.#checkpointer.acknowledge(assignment));
  }

  /**
   * Takes a message of secure aggregation, once, as `take`; also throws `secagg.*` or `crypto.low-order`.
   * Resolves when it is durable.
   */
  async takeMasking(entry: MaskingEntry): Promise<void> {
    const { type, assignment, message } = entry;
    const { masked } = this;
    if (!masked) throw new MurmurationError('round.closed', 'The plan of this round has no masking.');
    await this.#take(assignment, phaseOf[type], message, 'round.repeated', () => {
      const event = masked.take(entry);
      this.#journal.append(entry);
      if (type === 'reveal') this.#prove(assignment);
      return event;
    });
    await this.#journal.commit.acknowledge();
  }

  /**
   * Takes a device out of the round, and counts its `reason` once. Resolves when that is durable. Throws
   * `assignment.unknown` for an assignment that is not its own, or `server.stopping`.
   */
  async leave(device: DeviceId, assignment: AssignmentId, reason?: string): Promise<void> {
    this.stop.signal.throwIfAborted();
    this.claims.requireOwner(device, assignment);
    if (reason !== undefined) this.#countReason(assignment, countedReason(reason));
    this.happen({ type: 'left', assignment }, { type: 'left', assignment });
    // The end of the round may not come to pass if it isn't durable: after a restart the device would have
    // its part again.
    await this.#journal.commit.acknowledge('cohort' in this.#state ? undefined : untilTheEnd);
  }

  #countReason(assignment: AssignmentId, reason: string): void {
    if (!('cohort' in this.#state) || !maySend(standingOf(this.#state.cohort, assignment))) return;
    this.left[reason] = (this.left[reason] ?? 0) + 1;
    this.#ports.events.emit('left', this.terms.plan.task, reason);
  }

  /** Returns the origin of an update in a buffer. */
  #originOf(assignment: AssignmentId): UpdateOrigin | undefined {
    const base = 'cohort' in this.#state ? memberOf(this.#state.cohort, assignment)?.base : undefined;
    return base && { staleness: stalenessIn(this.terms, base), round: base.round };
  }

  /**
   * True if messages of a phase are taken now: a device that comes back while others reveal may still agree
   * first.
   */
  #takes(phase: CollectingState['phase']): boolean {
    if (phase === 'agreement' && this.#state.phase === 'unmasking')
      return this.masked?.groups.hasAgreement === true;
    return this.#state.phase === phase;
  }

  /** Reports the devices whose misdeed an error proves, if it does. */
  #convict(error: MurmurationError): void {
    this.#tellConvicted(this.masked?.groups.culprits(error) ?? [], error.code);
  }

  /** Reports the devices whose misdeed a device's message has proved, together with earlier ones. */
  #prove(assignment: AssignmentId): void {
    this.#tellConvicted(this.masked?.groups.of(assignment).proved() ?? [], 'secagg.dealer');
  }

  #tellConvicted(culprits: readonly AssignmentId[], code: ErrorCode): void {
    const devices = this.#devicesOf(culprits);
    if (devices.length === 0) return;
    this.#hasConvicted = true;
    this.#ports.moments.convicted(this.terms.id, devices, code);
  }

  /** Reports the contributors of an impossible masked sum: one of them has lied under its masks. */
  impossible(error: unknown, contributors: readonly Member[]): void {
    if (this.masked && error instanceof MurmurationError && error.code === 'update.impossible')
      this.#spoiled(contributors.map(({ assignment }) => assignment));
  }

  #spoiled(suspects: readonly AssignmentId[]): void {
    const devices = this.#devicesOf(suspects);
    // A restart makes no device suspect twice.
    if (devices.length === 0 || !this.#perform || this.#hasConvicted) return;
    this.#ports.conduct.spoil(this.terms.id, devices);
    this.#ports.events.emit('spoiled', this.terms, devices);
  }

  #tell(): void {
    this.#ports.conduct.follow(this.#state);
    this.#ports.events.emit('round', this.#state);
  }

  #devicesOf(assignments: readonly AssignmentId[]): DeviceId[] {
    return assignments.map(each => this.claims.deviceOf(each)).filter(each => each !== undefined);
  }

  /** Ends the round as failed; `where` names the work under way, for the log. */
  failWith(where: string, error: unknown): void {
    const ours = error instanceof MurmurationError;
    if (ours) this.#convict(error);
    if (this.#state.phase === 'closing') this.impossible(error, this.#state.contributors);
    if (!ours) this.#ports.events.emit('fault', where, error, this.terms.id);
    this.happen({
      type: 'abort',
      reason: ours ? error.detail : `Something failed while ${where}; the log has the reason.`,
    });
  }

  /**
   * Takes the message of a device in a phase; the same bytes again change nothing. `add` throws to refuse it.
   * Throws `assignment.unknown`, `assignment.left`, `repeated`, `round.closed` or `server.stopping`.
   */
  async #take(
    assignment: AssignmentId,
    phase: CollectingState['phase'],
    bytes: Uint8Array,
    repeated: 'update.repeated' | 'round.repeated',
    add: (digest: Uint8Array) => RoundEvent,
  ): Promise<void> {
    this.stop.signal.throwIfAborted();
    const digest = this.#ports.primitives.sha256(bytes);
    const hasTaken = this.claims.hasTaken(assignment, phase, digest, repeated);
    if (hasTaken && this.#state.phase !== 'failed') return;
    const { state } = this;
    const standing =
      'cohort' in state && this.#takes(phase) ? standingOf(state.cohort, assignment) : undefined;
    if (standing === undefined || standing === 'left') {
      // It is too late because of messages that were taken: the device hears that only once they are durable.
      await this.#journal.commit.acknowledge(this.#state.phase === 'failed' ? untilTheEnd : undefined);
      if (standing === 'left') throw new MurmurationError('assignment.left');
      await this.#checkpointer.commit.acknowledge();
      throw new MurmurationError('round.closed');
    }
    let event: RoundEvent;
    try {
      event = add(digest);
    } catch (error) {
      this.happen({ type: 'rejected', assignment });
      throw error;
    }
    this.claims.take(assignment, phase, digest);
    if (this.#state.phase === phase) this.happen(event);
  }

  /** Returns the present, or the time in the journal during a replay; null if that is unknown. */
  #timeOf(event: RoundEvent): number | null {
    if (this.#perform) return this.#ports.clock.now();
    return 'time' in event ? event.time : null;
  }

  /** Performs an effect within the round; all else is up to the performer. */
  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'release':
        for (const { device } of effect.members) this.claims.release(device);
        this.#perform?.(effect);
        return;
      case 'open': {
        let without: readonly AssignmentId[];
        try {
          without = this.masked!.open(effect.phase, effect.members);
        } catch (error) {
          this.failWith('opening a phase of masking', error);
          return;
        }
        this.#perform?.(effect);
        for (const assignment of without) this.happen({ type: 'left', assignment });
        return;
      }
      default:
        this.#perform?.(effect);
    }
  }

  #replay(saved: SavedRound): void {
    try {
      replay(saved, {
        phase: () => this.#state.phase,
        entry: entry => this.#redo(entry),
        contributor: ({ assignment, digest, signature }) => {
          this.claims.take(assignment, 'updates', digest);
          if (signature) this.masked?.groups.of(assignment).takeUpdateSignature(assignment, signature);
          this.happen({ type: 'counted', assignment });
        },
      });
    } catch (error) {
      this.failWith('going on with a round', error);
    }
  }

  #redo(entry: JournalEntry) {
    switch (entry.type) {
      case 'drawn':
        // Written twice: messages taken of the members since must not be forgotten.
        return entry.members.some(({ assignment }) => this.claims.has(assignment))
          ? undefined
          : this.#drawn(entry);
      case 'left':
      case 'tick':
        return this.happen(entry);
      case 'graced':
        // Written twice: the next phase has its own grace.
        return entry.phase === undefined || entry.phase === this.#state.phase
          ? this.happen(entry)
          : undefined;
      case 'shifted':
        // Written twice, in one life.
        if (entry.at !== undefined && entry.at === this.#shiftedAt) return;
        this.#shiftedAt = entry.at;
        return this.happen(entry);
      case 'stated':
        return this.masked?.requireStatement(entry.statement);
      default: {
        const { type, assignment, message } = entry;
        const digest = this.#ports.primitives.sha256(message);
        // Written twice, because the success of the first write was unknown.
        if (this.claims.hasTaken(assignment, phaseOf[type], digest, 'round.repeated')) return;
        this.claims.take(assignment, phaseOf[type], digest);
        const event = this.masked!.take(entry);
        if (type === 'reveal') this.#prove(assignment);
        if (this.#state.phase === phaseOf[type]) this.happen(event);
      }
    }
  }

  #drawn({ time, members }: Extract<JournalEntry, { readonly type: 'drawn' }>): void {
    for (const member of members) this.claims.admit(member);
    const drawn = members.map(({ device, assignment, base }) => ({
      device,
      assignment,
      ...(base && { base }),
    }));
    this.happen({ type: 'drawn', time, members: drawn });
  }
}
