import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type CheckIn, type ComeBack, checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import type { Welcome } from '@murmuration/protocol/messages/hello';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment, Leave, RoundEnd } from '@murmuration/protocol/messages/round';
import type { Cancel } from '@murmuration/protocol/time/clock';
import * as z from 'zod/mini';
import { BelowFloor } from '../floors/below-floor.ts';
import { hasExamples } from '../training/examples.ts';
import { asError } from '../training/training-errors.ts';
import { Inbox } from './inbox.ts';
import type { SessionPorts } from './ports.ts';
import type { AwaitingRound, Contributing, RoundOver, SessionState, Told } from './state.ts';

/** Mean least pause between two check-ins, ms; the actual one is 50 % to 150 % of it at random. */
const shortestPause = 500;
/** Milliseconds until the next try after a check-in that failed, or that another task blocked. */
const checkInRetryMs = 10_000;
/**
 * Milliseconds until the next try of a device with too few examples for the task or
 * the app, or one that is to be spared.
 */
const untilEnough = 5 * 60_000;
/** Milliseconds until the next check-in of a device that came too late for a round. */
const afterClosed = 1_000;
/** Milliseconds until the next check-in after a round that was below the device's floors. */
const declinedFor = 3_600_000;
/**
 * Milliseconds to wait, after a round's end, for the answer to the last message,
 * which may come on another connection.
 */
const answerLate = 2_000;
/** Milliseconds after a round's deadline when the device stops waiting for its end. */
const endMissed = 120_000;
/** Milliseconds after reconnecting when a round that the coordinator has not named again is over. */
const unnamed = 30_000;

/** Part of a device in one task: checks in, takes assignments, contributes, and comes back when told to. */
export class Session {
  readonly #ports: SessionPorts;
  /** A new object for each phase: waiting code compares it to see that its phase is still current. */
  #state: SessionState = { phase: 'idle' };
  #connected = false;
  /** True if the coordinator has named this device's round on this connection. */
  #isNamed = false;
  /** Coordinator's clock minus `#elapsed`, ms. */
  #ahead = 0;
  /** Fewest examples that the task requires, as the coordinator said. */
  #leastExamples = 0;
  /** Time of the next check-in, ms since 1970 by the device's clock. */
  #nextCheckIn = 0;
  /** Time of the next check-in by `#elapsed`, ms. */
  #nextInElapsed = 0;
  /** True if the coordinator set that time; false if the device did. */
  #wasSentAway = false;
  /** True if the last check-in didn't reach the coordinator: the device checks in at the next connection. */
  #isCutOff = false;
  /** Time when the device stops waiting for the end of its round, ms by `#elapsed`. */
  #missedAt = 0;
  #cancelTimer: Cancel = () => {};
  /**
   * Contributions in order: each starts when the previous one has ended, since they share trainer and store.
   */
  readonly #contributions = new PromiseQueue();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  /** True if it works for a round; false if it only waits for an answer after a round's end. */
  get isBusy(): boolean {
    return this.#state.phase === 'contributing' && !this.#hasEnded;
  }

  /**
   * Handles a completed hello at `now` by the coordinator's clock. The coordinator names a current round
   * again, and a set time to check in stays valid.
   */
  connected({ now, tasks }: Pick<Welcome, 'now' | 'tasks'>): void {
    this.#connected = true;
    this.#leastExamples = tasks.find(({ task }) => task === this.#ports.task)?.leastExamples ?? 0;
    this.#ahead = now - this.#elapsed;
    if (this.#isCutOff) this.#nextCheckIn = 0;
    this.#isCutOff = false;
    // The earlier of the two: one clock stops while the machine sleeps, the other may have been set back.
    const left = Math.min(this.#nextCheckIn - this.#now, this.#nextInElapsed - this.#elapsed);
    if (this.#state.phase === 'idle') this.#wakeIn(left, () => void this.#checkIn());
    if (!('assignment' in this.#state) || this.#hasEnded) return;
    // The round was named before the welcome, which says how to read its deadline.
    if (this.#isNamed) this.#expectEnd(this.#state.assignment);
    // A device with nothing left to send loses nothing by checking in while the round still runs.
    else if (this.#state.phase === 'closing') this.#wakeIn(afterClosed, () => this.#missedEnd());
    else this.#awaitNaming();
  }

  disconnected(): void {
    this.#connected = false;
    this.#isNamed = false;
    // The coordinator drops waiting devices; training goes on, and its upload may use another connection.
    if (this.#state.phase === 'gathering') this.#state = { phase: 'idle' };
    if ('assignment' in this.#state && !this.#hasEnded)
      this.#wakeIn(this.#untilMissed, () => this.#missedEnd());
  }

  /** Handles a connection closed because the coordinator expects nothing: it forgets devices that wait. */
  rested(): void {
    if (this.#state.phase !== 'gathering' || !this.#state.isWaiting) return;
    this.#state = { phase: 'idle' };
    this.#checkInAfter(checkInRetryMs, 'the coordinator does not expect the device any more');
  }

  /** Handles an assignment; `bytes` is the length of the message. */
  assigned(assignment: Assignment, bytes: number) {
    const { task, isFree, takesPart } = this.#ports;
    if (assignment.plan.task !== task) return;
    // The device is leaving the round of another task.
    if (!takesPart()) return void this.#leave(assignment, 'stopped');
    const { phase } = this.#state;
    this.#isNamed = true;
    if (phase === 'contributing' || phase === 'closing') {
      if (this.#state.assignment.assignment === assignment.assignment) {
        if (this.#state.phase === 'contributing') this.#state.heard += bytes;
        // Messages that failed without the coordinator, or the cell that has the round, can be sent now.
        this.#ports.platform.wake.fire();
        return this.#expectEnd(assignment);
      }
    }
    this.#abandon();
    if (!isFree()) {
      void this.#leave(assignment, 'busy');
      this.#checkInAfter(checkInRetryMs, busy);
      return;
    }
    const state: Contributing = {
      phase: 'contributing',
      assignment,
      since: this.#now,
      stop: new AbortController(),
      inbox: new Inbox(),
      heard: bytes,
    };
    this.#state = state;
    this.#expectEnd(assignment);
    void this.#contributions.run(() => this.#contribute(state));
  }

  roundEnded({ round, outcome, after, reason }: RoundEnd): void {
    const state = this.#state;
    if (state.phase === 'gathering') {
      // The device was chosen for that round, which ended before the
      // assignment was sent, or for the next one.
      this.#state = { phase: 'idle' };
      return void this.#comeBackAfter(after, reason);
    }
    if (!('assignment' in state) || state.assignment.round !== round) return;
    const end: RoundOver = { after, reason, at: this.#elapsed };
    if (outcome === 'published' && state.phase === 'contributing' && state.isSending) {
      // The device still has to hear whether its update is in the version.
      state.end = end;
      this.#wakeIn(answerLate, () => this.#goOn(end));
    } else this.#goOn(end);
  }

  #goOn(end: RoundOver): void {
    this.#abandon();
    this.#comeBackAfter(this.#leftOf(end), end.reason);
    this.#follow(end.recalled);
  }

  /** Returns the ms until the time that it was told. */
  #leftOf({ after, at }: Told): number {
    return Math.max(Math.ceil(after - (this.#elapsed - at)), 0);
  }

  /** Handles a request of the coordinator to come back sooner than it said before. */
  recalled({ task, after }: ComeBack): void {
    if (task !== this.#ports.task) return;
    const state = this.#state;
    // The message that sends the device away may still be on its way, or be read but not followed.
    const sendsAway =
      state.phase === 'gathering' ? state : state.phase === 'contributing' ? state.end : undefined;
    const told = { after, at: this.#elapsed };
    if (sendsAway) {
      const before = sendsAway.recalled;
      if (!before || after < this.#leftOf(before)) sendsAway.recalled = told;
    } else if (state.phase === 'idle') this.#follow(told);
  }

  /** Comes back at the requested time if the coordinator had sent the device away for longer. */
  #follow(recalled: Told | undefined): void {
    if (!recalled || !this.#wasSentAway) return;
    const left = this.#leftOf(recalled);
    if (this.#now + left < this.#nextCheckIn) this.#comeBackAfter(left, 'the coordinator asks sooner');
  }

  /** Handles the input of a phase of masking. */
  fed(kind: MaskingEvent, { assignment, message }: MaskingInput, bytes: number): void {
    if (this.#state.phase !== 'contributing' || this.#state.assignment.assignment !== assignment) return;
    this.#state.heard += bytes;
    this.#state.inbox.put(kind, message);
  }

  /** Leaves the round and tells the coordinator; all work has ended when it resolves. */
  async stop(): Promise<void> {
    this.#connected = false;
    const state = this.#state;
    this.#abandon();
    if (state.phase === 'contributing') await this.#leave(state.assignment, 'stopped');
    await this.#contributions.idle();
  }

  /** Ends the device's part in a round, if any, for any reason, and emits `ended`. */
  #abandon(): void {
    this.#cancelTimer();
    const state = this.#state;
    this.#state = { phase: 'idle' };
    if (!('assignment' in state)) return;
    if (state.phase === 'contributing') state.stop.abort(new MurmurationError('training.stopped'));
    const { task, transport, emit } = this.#ports;
    transport.stopSeeking?.();
    const { round, number } = state.assignment;
    const asked = state.query === undefined ? {} : { query: state.query };
    emit('round', { task, round, number, ...asked, phase: 'ended', progress: 1 });
  }

  /** True if its round is over, and only an answer that may still come is awaited. */
  get #hasEnded(): boolean {
    return this.#state.phase === 'contributing' && this.#state.end !== undefined;
  }

  /** Time by the device's clock, which may be set at any time. */
  get #now(): number {
    return this.#ports.platform.clock.now();
  }

  /** Milliseconds since an arbitrary time, by a monotonic clock if the platform has one. */
  get #elapsed(): number {
    return this.#ports.platform.clock.elapsed?.() ?? this.#now;
  }

  /** Sets the session's only timer. */
  #wakeIn(ms: number, wake: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.platform.clock.at(this.#now + ms, wake);
  }

  /** Waits for the end of a round that the coordinator has named. */
  #expectEnd({ deadline }: Assignment): void {
    // The deadline may have passed already if the coordinator's clock was set back since the hello.
    const left = Math.max(deadline - this.#ahead - this.#elapsed, 0);
    this.#missedAt = this.#elapsed + left + endMissed;
    this.#wakeIn(left + endMissed, () => this.#missedEnd());
  }

  /** Milliseconds until the device stops waiting for the end of its round, connected or not. */
  get #untilMissed(): number {
    return Math.max(this.#missedAt - this.#elapsed, 0);
  }

  /** Ends the round if it is not named again, unless the transport still looks for the cell that has it. */
  #awaitNaming(): void {
    const left = this.#untilMissed;
    this.#wakeIn(Math.min(unnamed, left), () => {
      if (left > unnamed && this.#ports.transport.isSeeking?.()) this.#awaitNaming();
      else this.#missedEnd();
    });
  }

  /** Checks in after the time that the coordinator said, and not before a short random pause. */
  #comeBackAfter(told: number, reason: string): void {
    const least = Math.round(shortestPause * (0.5 + this.#ports.platform.random(1)[0]! / 256));
    this.#checkInAfter(Math.max(told, least), reason);
    this.#wasSentAway = true;
  }

  #checkInAfter(ms: number, reason: string): void {
    const { task, emit } = this.#ports;
    this.#nextCheckIn = this.#now + ms;
    this.#nextInElapsed = this.#elapsed + ms;
    this.#wasSentAway = false;
    this.#wakeIn(ms, () => void this.#checkIn());
    emit('wait', { task, after: ms, reason });
  }

  async #checkIn(): Promise<void> {
    if (!this.#connected || this.#state.phase !== 'idle') return;
    const {
      task,
      platform,
      transport,
      emit,
      isFree,
      examples,
      floors,
      contributions,
      answers,
      store,
      contribution,
    } = this.#ports;
    if (!isFree()) {
      this.#checkInAfter(checkInRetryMs, busy);
      return;
    }
    const state: AwaitingRound = { phase: 'gathering' };
    // Set at once: the assignment may arrive before the answer does.
    this.#state = state;
    try {
      const least = Math.max(this.#leastExamples, floors.leastExamples);
      const enough = await hasExamples(examples, least);
      const spared = await platform.spares?.();
      const wait = enough && !spared ? await contributions.wait() : untilEnough;
      const names = await (await answers?.())?.open();
      const base = await store.base();
      const message: CheckIn = {
        task,
        conditions: await platform.conditions(),
        ...(names?.length && { answers: names }),
        ...(base && { base }),
      };
      if (this.#state !== state) return;
      if (wait > 0) {
        const asker = least > this.#leastExamples ? 'app' : 'task';
        this.#state = { phase: 'idle' };
        const few = `the ${asker} asks for ${least} examples`;
        this.#checkInAfter(wait, spared ?? (enough ? contributedEnough : few));
        return;
      }
      // Loaded first: no cohort should have a device that can't load the code.
      await contribution();
      if (this.#state !== state) return;
      const answer = decodeAck(await transport.request('check-in', encodeFrame(message)), checkInAnswer);
      if (this.#state !== state) return;
      if (answer.decision === 'waiting') {
        state.isWaiting = true;
        emit('wait', { task, after: null, reason: 'waiting for an assignment' });
        return;
      }
      this.#state = { phase: 'idle' };
      this.#comeBackAfter(answer.after, answer.reason);
      this.#follow(state.recalled);
    } catch (error) {
      if (this.#state !== state) return;
      this.#state = { phase: 'idle' };
      this.#fail(error);
    }
  }

  /** Contributes, and clears the state kept for a restart: the update counts, or no longer can. */
  async #contribute(state: Contributing): Promise<void> {
    const { assignment, stop } = state;
    try {
      const contribute = await this.#ports.contribution();
      stop.signal.throwIfAborted();
      await contribute(state, this.#ports);
      if (this.#state !== state) {
        // The part has ended for another reason.
      } else if (state.end) this.#goOn(state.end);
      else this.#state = { phase: 'closing', assignment, query: state.query };
    } catch (error) {
      const cause = asError(error);
      if (this.#state === state && state.end) this.#goOn(state.end);
      else if (this.#state === state) this.#giveUp(assignment, cause);
      // Report it even after the round's end: rounds may be shorter than the wait for a worker.
      else if (brokenTrainer.has(cause.code)) this.#tell(cause, assignment.round);
    }
    try {
      await this.#ports.store.clear();
    } catch (error) {
      this.#ports.emit('error', asError(error));
    }
  }

  #giveUp(assignment: Assignment, error: MurmurationError): void {
    this.#abandon();
    // Other devices were faster, or the coordinator has lost the round:
    // nothing is wrong, and nothing to leave.
    if (error.code === 'round.closed' || error.code === 'round.unknown') {
      this.#checkInAfter(afterClosed, error.detail);
      return;
    }
    const { code, detail } = error;
    const isQuery = assignment.plan.query !== undefined;
    const declines = error instanceof BelowFloor || code === 'secagg.parameters';
    // Details go to the app, not to the coordinator.
    void this.#leave(assignment, declines || isQuery ? 'declined' : code);
    // Nothing is wrong: a reload or restart interrupted the round, or the app has no answer to a query.
    if (code === 'round.begun' || (isQuery && code === 'training.no-examples'))
      this.#checkInAfter(afterClosed, detail);
    // Apps are not updated within seconds.
    else {
      const isOften = isQuery || !(declines || code === 'training.vocabulary');
      this.#fail(error, isOften ? checkInRetryMs : declinedFor, assignment.round);
    }
  }

  #fail(error: unknown, least = checkInRetryMs, round?: string): void {
    const cause = asError(error);
    this.#isCutOff = cause.code === 'server.unreachable' || cause.code === 'server.no-answer';
    this.#tell(cause, round);
    this.#checkInAfter(Math.max(least, cause.after ?? 0), cause.detail);
  }

  #tell(error: MurmurationError, round?: string): void {
    error.task ??= this.#ports.task;
    error.round ??= round;
    this.#ports.emit('error', error);
  }

  /** Goes on as if the end of the round had been heard. */
  #missedEnd(): void {
    this.#abandon();
    this.#checkInAfter(0, 'the end of the round was not heard');
  }

  async #leave({ round, assignment }: Assignment, reason: string): Promise<void> {
    const message: Leave = { round, assignment, reason };
    try {
      decodeAck(await this.#ports.transport.request('leave', encodeFrame(message)), z.null());
    } catch {
      // The coordinator finds out at the deadline.
    }
  }
}

/** Errors that the app must fix; otherwise its next round fails the same way. */
const brokenTrainer: ReadonlySet<string> = new Set(['training.module', 'training.no-answer']);
const busy = 'the device is busy with another task';
const contributedEnough = 'the device has contributed as often as its app lets it within a day';
