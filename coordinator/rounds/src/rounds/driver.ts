import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type AssignmentId,
  type DeviceId,
  type ModelHash,
  type RoundId,
  randomId,
} from '@murmuration/protocol/ids/ids';
import type { UploadReceipt } from '@murmuration/protocol/messages/round';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { updateLength } from '@murmuration/protocol/weights/codec';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { Device } from '../population/device.ts';
import { Absence } from '../round/absence.ts';
import { shiftAt } from '../round/re-anchor.ts';
import type { RoundRecord } from '../round/record.ts';
import type { Effect, Failed, Published, RoundEnder, RoundState, RoundTerms } from '../round/round.ts';
import type { SavedRound } from '../round/store.ts';
import type { PhaseRecord } from '../round/timeline.ts';
import { BufferedPart, type CarriedOver } from './buffered-part.ts';
import { Closer } from './closer.ts';
import type { MaskingEntry } from './masked-part.ts';
import { Messenger } from './messenger.ts';
import { Outbox } from './outbox.ts';
import type { DriverPorts } from './ports.ts';
import { RoundExecution } from './round-execution.ts';
import type { RoundUnderWay } from './round-under-way.ts';

export interface Beginning {
  readonly saved?: SavedRound;
  readonly carried?: CarriedOver;
  /** End of the buffer before: the records of buffers are stored in their order. */
  readonly before?: Promise<unknown> | undefined;
}

/**
 * ms for which all enrolled devices have to wait before a round goes on without more: others may be about to
 * enrol.
 */
const settlingMs = 5_000;

/**
 * Carries one round through its life: feeds it events, and is the only one to perform its effects. A message
 * leaves the coordinator only once everything that it follows from is durable (output commit), so that a
 * crash loses nothing that was sent.
 */
export class RoundDriver implements RoundUnderWay {
  readonly terms: RoundTerms;
  readonly ended: Promise<RoundRecord | undefined>;
  readonly #ports: DriverPorts;
  readonly #execution: RoundExecution;
  readonly #outbox: Outbox;
  readonly #messenger: Messenger;
  readonly #closer: Closer;
  readonly #absence: Absence;
  /** Buffer of an asynchronous task. */
  readonly #buffer: BufferedPart | undefined;
  /** End of the buffer before, until it has come. */
  #before: Promise<unknown> | undefined;
  #cancelTimer: Cancel = () => {};
  #cancelSettling: Cancel = () => {};
  #record: RoundRecord | undefined;
  /** Promise of the work that makes or stores the end of the round. */
  #closing: Promise<void> = Promise.resolve();
  #settle!: (record: RoundRecord | undefined) => void;

  /**
   * Begins a round, or goes on with `saved`, from whose checkpoint `aggregate` was restored. A buffer may
   * begin with assignments of the one before, `carried`, and is stored after that.
   */
  constructor(
    terms: RoundTerms,
    aggregate: Aggregate,
    ports: DriverPorts,
    { saved, carried, before }: Beginning = {},
  ) {
    this.terms = terms;
    this.#ports = ports;
    this.#before = before;
    void before?.then(() => {
      this.#before = undefined;
    });
    this.ended = new Promise(resolve => {
      this.#settle = resolve;
    });
    this.#execution = new RoundExecution(terms, aggregate, ports, saved, carried?.summed);
    this.#outbox = new Outbox(terms, this.#execution.claims, ports);
    const { buffers, clock } = ports;
    if (terms.kind === 'buffer' && buffers)
      this.#buffer = new BufferedPart(this.#execution, this.#outbox, { clock, buffers });
    const { state } = this.#execution;
    const kept = saved && 'cohort' in state ? state.cohort.members : [];
    this.#messenger = new Messenger(this.#execution, this.#outbox, this.#buffer, kept);
    this.#closer = new Closer(this.#execution, ports);
    this.#absence = new Absence(ports.clock, time => {
      const { state } = this;
      // Without the disconnected devices the round would fail: they have until the deadline.
      if ('cohort' in state && this.#execution.isOpenable)
        this.#execution.happen({ type: 'graced', time }, { type: 'graced', time, phase: state.phase });
    });
    if (saved) this.#reAnchor();
    if (carried && carried.members.length > 0)
      this.#execution.draw({ type: 'drawn', time: ports.clock.now(), members: carried.members });
    this.#goLive(saved !== undefined);
  }

  get here(): RoundUnderWay {
    return this;
  }

  get state(): RoundState {
    return this.#execution.state;
  }

  get phases(): readonly PhaseRecord[] {
    return this.#execution.timeline.phases;
  }

  get updateLength(): number {
    return updateLength(this.#execution.aggregate.form);
  }

  requireSigned(assignment: AssignmentId, signature: Uint8Array | undefined): void {
    try {
      this.#execution.takeUpdateSignature(assignment, signature);
    } catch (error) {
      this.#refuse(error);
    }
  }

  get begun(): Promise<void> {
    return new Promise(resolve => this.#execution.commits.whenWritten(resolve));
  }

  get bases(): readonly ModelHash[] {
    return [this.terms.plan.model, ...(this.#buffer?.bases ?? [])];
  }

  holds(round: RoundId, assignment: AssignmentId): boolean {
    const { claims } = this.#execution;
    return claims.has(assignment) && (claims.roundOf(assignment) ?? this.terms.id) === round;
  }

  due(time: number): void {
    this.#buffer?.due(time);
  }

  succeeded(): void {
    this.#buffer?.succeeded();
  }

  poolChanged(): void {
    const { pool, clock } = this.#ports;
    this.#cancelSettling();
    if (this.#buffer && !this.#buffer.admits) return;
    this.#execution.happen({ type: 'available', devices: pool.size });
    const { state } = this;
    if (state.phase !== 'gathering' || this.#execution.stop.signal.aborted) return;
    // No device that would be drawn first is waited for any more.
    if (pool.all > pool.size && pool.all >= this.terms.cohortSize)
      this.#wakeAt(Math.min(clock.now() + settlingMs, state.quorum.deadline));
    if (!this.#hasAll()) return;
    this.#cancelSettling = clock.at(clock.now() + settlingMs, () => {
      if (this.#hasAll()) this.#execution.happen({ type: 'available', devices: pool.all, areAll: true });
    });
  }

  /** True if every enrolled device is there, and they reach the minimum: more would have to enrol first. */
  #hasAll(): boolean {
    const { pool, enrolled } = this.#ports;
    return this.state.phase === 'gathering' && pool.all >= Math.max(this.terms.minimum, enrolled());
  }

  authenticate(assignment: AssignmentId, token: Uint8Array): DeviceId {
    try {
      return this.#execution.claims.authenticate(assignment, token);
    } catch (error) {
      return this.#refuse(error);
    }
  }

  accept(
    assignment: AssignmentId,
    bytes: Uint8Array,
    signature?: Uint8Array | undefined,
  ): Promise<UploadReceipt> {
    // The bytes must not be held while the update waits to be durable.
    return this.#receipt(assignment, this.#execution.takeUpdate(assignment, bytes, signature));
  }

  async #receipt(assignment: AssignmentId, taken: Promise<void>): Promise<UploadReceipt> {
    await taken.catch(error => this.#refuse(error));
    this.#buffer?.thank(assignment);
    const { claims } = this.#execution;
    return { round: claims.roundOf(assignment) ?? this.terms.id, assignment, counted: true };
  }

  async contribute(
    { id, publicKey, certificate }: Pick<Device, 'id' | 'publicKey' | 'certificate'>,
    assignment: AssignmentId,
    type: MaskingEntry['type'],
    message: Uint8Array,
  ): Promise<void> {
    const isLate = type === 'agree' && this.state.phase === 'unmasking';
    try {
      this.#execution.claims.requireOwner(id, assignment);
      await this.#execution.takeMasking(
        type === 'keys'
          ? { type, assignment, publicKey, certificate: certificate ?? null, message }
          : { type, assignment, message },
      );
    } catch (error) {
      this.#refuse(error);
    }
    // It agreed while others already reveal: it may reveal now, and only this message tells it.
    if (isLate && this.state.phase === 'unmasking') this.#messenger.give({ device: id, assignment });
  }

  leave(device: DeviceId, assignment: AssignmentId, reason?: string): Promise<void> {
    return this.#execution.leave(device, assignment, reason);
  }

  async drop(device: DeviceId): Promise<void> {
    const assignment = this.#execution.claims.of(device);
    if (assignment) await this.leave(device, assignment);
  }

  involves(device: DeviceId): boolean {
    const isOver = this.state.phase === 'published' || this.state.phase === 'failed';
    return !isOver && this.#execution.claims.of(device) !== undefined;
  }

  /** True if a device has, or had, a part in it. */
  hadPart(device: DeviceId): boolean {
    return this.#execution.claims.of(device) !== undefined;
  }

  away(device: DeviceId): void {
    this.#messenger.away(device);
  }

  back(device: DeviceId): void {
    this.#messenger.back(device);
  }

  abort(reason: string, endedBy?: RoundEnder): void {
    if (this.#closer.isCommitting) return;
    this.#execution.happen({ type: 'abort', reason, ...(endedBy && { endedBy }) });
  }

  async suspend(): Promise<void> {
    const { stop, commits } = this.#execution;
    const reason = new MurmurationError('server.stopping');
    stop.abort(reason);
    this.#cancelTimer();
    this.#cancelSettling();
    this.#buffer?.end();
    this.#absence.end();
    await commits.flush();
    commits.abandon(reason);
    if (this.#closer.isCommitting) await this.#closing;
    this.#settle(undefined);
  }

  /** Counts the refusal of a device's message in the record of the round. */
  #refuse(error: unknown): never {
    this.#execution.refused(error);
    throw error;
  }

  /** Moves deadlines that were made by a clock that was ahead. */
  #reAnchor(): void {
    const at = this.#ports.clock.now();
    const by = shiftAt(this.state, at);
    if (by === 0) return;
    this.#execution.happen({ type: 'shifted', by }, { type: 'shifted', by, at });
    this.#ports.events.emit('re-anchored', this.terms, by);
  }

  /**
   * Performs effects from now on, first those of the current state; after a restart devices are told again.
   */
  #goLive(isRestored: boolean) {
    this.#execution.goLive(
      effect => this.#perform(effect),
      state => {
        this.#absence.follow(state);
        if (this.#buffer && this.#ports.pool.size > 0) this.poolChanged();
      },
    );
    const { state } = this;
    switch (state.phase) {
      case 'closing':
        return this.#perform({ type: 'publish' });
      case 'failed':
      case 'published':
        return this.#perform({ type: 'conclude' });
      case 'gathering':
        this.#wakeAt(state.quorum.deadline);
        return this.poolChanged();
      default:
        this.#wakeAt(state.quorum.deadline);
        for (const { device } of state.cohort.members)
          if (!this.#outbox.isConnected(device)) this.away(device);
          else if (isRestored) this.back(device);
        this.#messenger.offer();
        if (this.#buffer) this.poolChanged();
    }
  }

  #perform(effect: Effect) {
    switch (effect.type) {
      case 'wake':
        return this.#wakeAt(effect.time);
      case 'draw':
        return this.#draw(effect.devices);
      case 'assign':
        return this.#messenger.assign(effect.members);
      case 'open':
        return this.#messenger.offer();
      case 'carry':
        return this.#messenger.release(this.#buffer!.carry(effect.members));
      case 'release':
        return this.#messenger.release(effect.members);
      case 'publish':
        this.#closing = this.#publish();
        return;
      case 'conclude':
        this.#closing = this.#conclude();
    }
  }

  /** Sets the one timer, that of the deadline of the phase. */
  #wakeAt(time: number): void {
    this.#cancelTimer();
    // An effect before this one may have ended the phase.
    if (!('quorum' in this.state)) return;
    this.#cancelTimer = this.#ports.clock.at(time, () => {
      if (this.state.phase === 'gathering')
        this.#execution.happen({ type: 'available', devices: this.#ports.pool.all });
      this.#execution.happen(
        { type: 'tick', time },
        this.#isLasting(time) ? { type: 'tick', time } : undefined,
      );
      const { state } = this;
      if (state.phase === 'gathering' && time < state.quorum.deadline) this.#wakeAt(state.quorum.deadline);
    });
  }

  /** True if this deadline must be journaled. */
  #isLasting(time: number): boolean {
    return this.#buffer ? this.#buffer.isLasting(time) : this.state.phase !== 'gathering';
  }

  #draw(count: number): void {
    const { pool, random, clock } = this.#ports;
    const time = clock.now();
    const base = this.#buffer?.baseAt(time);
    const members = pool.draw(count, random, this.terms.minimum).map(device => ({
      device,
      assignment: randomId<AssignmentId>(random),
      token: random(32),
      ...(base && { base }),
    }));
    this.#execution.draw({ type: 'drawn', time, members });
  }

  async #publish(): Promise<void> {
    this.#cancelTimer();
    const { state } = this;
    if (state.phase !== 'closing') return;
    try {
      const closed = await this.#closer.publish(state, this.#buffer?.nextBegun);
      if (!closed) return;
      this.#record = closed.record;
      const { record, version } = closed;
      this.#execution.happen({ type: 'published', model: record.model });
      if (version) this.#ports.moments.versionStored(version);
    } catch (error) {
      if (!this.#execution.stop.signal.aborted) this.#execution.failWith('publishing a version', error);
    }
  }

  /** Reason that devices get at the end of a round that has not failed. */
  get #purpose(): string {
    if (this.terms.kind === 'part') return 'The updates of this part of the round are added up.';
    return this.terms.plan.query ? 'The answers are added up.' : 'The next version is published.';
  }

  /** Stores the record of the round, and then tells every device. */
  async #conclude(): Promise<void> {
    this.#cancelTimer();
    this.#buffer?.end();
    const { claims, commits } = this.#execution;
    const state = this.state as Published | Failed;
    const isFailed = state.phase === 'failed';
    try {
      if (isFailed && this.#before) {
        await this.#before;
        this.#execution.stop.signal.throwIfAborted();
      }
      if (isFailed) this.#record = await this.#closer.fail(state);
    } catch {
      // Suspended before the storage took it: the coordinator that goes on with the round comes to the same
      // end.
      return;
    }
    const reason = isFailed ? state.reason : this.#purpose;
    commits.conclude(isFailed ? new MurmurationError('round.closed', reason) : undefined);
    for (const [device, assignment] of claims.members)
      if (!this.#buffer?.hasThanked(assignment))
        this.#outbox.end({ device, assignment }, state.phase, reason);
    this.#settle(this.#record);
  }
}
