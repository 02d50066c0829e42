import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type CheckIn, type ComeBack, checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import type { Welcome } from '@murmuration/protocol/messages/hello';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { Assignment, Leave, RoundEnd } from '@murmuration/protocol/messages/round';
import type { Cancel } from '@murmuration/protocol/time/clock';
import * as z from 'zod/mini';
import { BelowFloor } from '../floors/below-floor.ts';
import { hasExamples } from '../training/examples.ts';
import { asError } from '../training/training-errors.ts';
import type { MaskingEvent } from '../update/update-processor.ts';
import { Inbox } from './inbox.ts';
import type { SessionPorts } from './ports.ts';
import type { Contributing, Gathering, RoundOver, SessionState, Told } from './state.ts';

/** ms between two check-ins, at least, half as much more or less at random. */
const shortestPause = 500;
/** ms after which a check-in that failed, or that another task is in the way of, is tried again. */
const retryAfter = 10_000;
/** ms after which a device with fewer examples than task or app ask for, or that is to be spared, looks again. */
const untilEnough = 5 * 60_000;
/** ms after which a device that came too late for a round checks in for the next. */
const afterClosed = 1_000;
/** ms after which a device whose floors a round was below checks in again. */
const declinedFor = 3_600_000;
/** ms after the end of a round for which the answer to what was sent last is waited for: it may come by another connection. */
const answerLate = 2_000;
/** ms after the deadline of a round at which its end is no longer waited for. */
const endMissed = 120_000;
/** ms after which a round is over that the coordinator has not named again to a device that came back. */
const unnamed = 30_000;

/** One device's part in one task: checks in, takes assignments, contributes, and comes back when it was told to. */
export class Session {
  readonly #ports: SessionPorts;
  /** Each entry into a phase is an object of its own, by which whoever waited finds out whether it still counts. */
  #state: SessionState = { phase: 'idle' };
  #connected = false;
  /** Whether the coordinator has named the round of this device on this connection. */
  #isNamed = false;
  /** What the coordinator's clock shows beyond `#elapsed`, ms. */
  #ahead = 0;
  /** Examples without which the task has no use for a device, as the coordinator said. */
  #leastExamples = 0;
  /** When to check in next, ms since 1970 by the device's clock. */
  #nextCheckIn = 0;
  /** The same by `#elapsed`. */
  #nextInElapsed = 0;
  /** Whether that is what the coordinator said, and not a wait of the device's own. */
  #wasSentAway = false;
  /** Whether the last check-in did not reach the coordinator: then the next connection is the time for another. */
  #isCutOff = false;
  /** When the end of the round that it has a part in is not waited for any more, by `#elapsed`. */
  #missedAt = 0;
  #cancelTimer: Cancel = () => {};
  /** The contributions so far: the next one begins when the one before has ended, since they share trainer and store. */
  readonly #contributions = new PromiseQueue();

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  /** Whether it is at work for a round, and not only waits for an answer after the end of one. */
  get isBusy(): boolean {
    return this.#state.phase === 'contributing' && !this.#hasEnded;
  }

  /**
   * The device has said hello, at `now` by the coordinator's clock: a round that it has a part in is named again by the
   * coordinator, and a time to check in still holds.
   */
  connected({ now, tasks }: Pick<Welcome, 'now' | 'tasks'>): void {
    this.#connected = true;
    this.#leastExamples = tasks.find(({ task }) => task === this.#ports.task)?.leastExamples ?? 0;
    this.#ahead = now - this.#elapsed;
    if (this.#isCutOff) this.#nextCheckIn = 0;
    this.#isCutOff = false;
    // The first of two clocks: one stood still while the machine slept, and the other may have been set back.
    const left = Math.min(this.#nextCheckIn - this.#now, this.#nextInElapsed - this.#elapsed);
    if (this.#state.phase === 'idle') this.#wakeIn(left, () => void this.#checkIn());
    if (!('assignment' in this.#state) || this.#hasEnded) return;
    // It was named before the welcome, which says how to read its deadline.
    if (this.#isNamed) this.#expectEnd(this.#state.assignment);
    // Whoever has nothing left to send loses nothing by checking in while the round still runs.
    else if (this.#state.phase === 'closing') this.#wakeIn(afterClosed, () => this.#missedEnd());
    else this.#awaitNaming();
  }

  disconnected(): void {
    this.#connected = false;
    this.#isNamed = false;
    // The coordinator drops those who wait; training goes on, and its upload finds its own way.
    if (this.#state.phase === 'gathering') this.#state = { phase: 'idle' };
    if ('assignment' in this.#state && !this.#hasEnded)
      this.#wakeIn(this.#untilMissed, () => this.#missedEnd());
  }

  /** The connection was let go, since the coordinator expects nothing on it: it knows no more of a device that waits. */
  rested(): void {
    if (this.#state.phase !== 'gathering' || !this.#state.isWaiting) return;
    this.#state = { phase: 'idle' };
    this.#checkInAfter(retryAfter, 'the coordinator does not expect the device any more');
  }

  /** `bytes`: the length of the message. */
  assigned(assignment: Assignment, bytes: number) {
    const { task, isFree, takesPart } = this.#ports;
    if (assignment.plan.task !== task) return;
    // It is leaving the round of another task.
    if (!takesPart()) return void this.#leave(assignment, 'stopped');
    const { phase } = this.#state;
    this.#isNamed = true;
    if (phase === 'contributing' || phase === 'closing') {
      if (this.#state.assignment.assignment === assignment.assignment) {
        if (this.#state.phase === 'contributing') this.#state.heard += bytes;
        // What could not be sent since the device lost its coordinator, or the cell that has the round, can be sent now.
        this.#ports.platform.wake.fire();
        return this.#expectEnd(assignment);
      }
    }
    this.#abandon();
    if (!isFree()) {
      void this.#leave(assignment, 'busy');
      this.#checkInAfter(retryAfter, busy);
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
      // It was chosen for that round, which ended before the assignment was sent. If not, it is still chosen for the next.
      this.#state = { phase: 'idle' };
      return void this.#comeBackAfter(after, reason);
    }
    if (!('assignment' in state) || state.assignment.round !== round) return;
    const end: RoundOver = { after, reason, at: this.#elapsed };
    if (outcome === 'published' && state.phase === 'contributing' && state.isSending) {
      // Whether its update is in the version, it has still to hear.
      state.end = end;
      this.#wakeIn(answerLate, () => this.#goOn(end));
    } else this.#goOn(end);
  }

  /** The round is over for this device. */
  #goOn(end: RoundOver): void {
    this.#abandon();
    this.#comeBackAfter(this.#leftOf(end), end.reason);
    this.#follow(end.recalled);
  }

  /** ms until the moment that it was told. */
  #leftOf({ after, at }: Told): number {
    return Math.max(Math.ceil(after - (this.#elapsed - at)), 0);
  }

  /** The coordinator would have the device sooner than it said before. */
  recalled({ task, after }: ComeBack): void {
    if (task !== this.#ports.task) return;
    const state = this.#state;
    // What sends it away may be on its way yet, or read and not followed.
    const sendsAway =
      state.phase === 'gathering' ? state : state.phase === 'contributing' ? state.end : undefined;
    const told = { after, at: this.#elapsed };
    if (sendsAway) {
      const before = sendsAway.recalled;
      if (!before || after < this.#leftOf(before)) sendsAway.recalled = told;
    } else if (state.phase === 'idle') this.#follow(told);
  }

  /** Comes back when the coordinator has asked it to, if that did send it away, and for longer. */
  #follow(recalled: Told | undefined): void {
    if (!recalled || !this.#wasSentAway) return;
    const left = this.#leftOf(recalled);
    if (this.#now + left < this.#nextCheckIn) this.#comeBackAfter(left, 'the coordinator asks sooner');
  }

  /** The coordinator gives what a phase of masking begins with. */
  fed(kind: MaskingEvent, { assignment, message }: MaskingInput, bytes: number): void {
    if (this.#state.phase !== 'contributing' || this.#state.assignment.assignment !== assignment) return;
    this.#state.heard += bytes;
    this.#state.inbox.put(kind, message);
  }

  /** Leaves the round politely; what is under way has ended when it returns. */
  async stop(): Promise<void> {
    this.#connected = false;
    const state = this.#state;
    this.#abandon();
    if (state.phase === 'contributing') await this.#leave(state.assignment, 'stopped');
    await this.#contributions.idle();
  }

  /** Ends the part of the device in a round, where it has one, however that came; the app hears of it. */
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

  /** Whether its round is over, and only an answer that may still come is waited for. */
  get #hasEnded(): boolean {
    return this.#state.phase === 'contributing' && this.#state.end !== undefined;
  }

  /** By the device's clock, which may be set at any time. */
  get #now(): number {
    return this.#ports.platform.clock.now();
  }

  /** ms since whenever, by a clock that nobody sets where the platform has one. */
  get #elapsed(): number {
    return this.#ports.platform.clock.elapsed?.() ?? this.#now;
  }

  /** Sets the one timer of this session. */
  #wakeIn(ms: number, wake: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#ports.platform.clock.at(this.#now + ms, wake);
  }

  /** The coordinator has named the round. */
  #expectEnd({ deadline }: Assignment): void {
    // A deadline that is over already tells of a coordinator whose clock was set back since the hello.
    const left = Math.max(deadline - this.#ahead - this.#elapsed, 0);
    this.#missedAt = this.#elapsed + left + endMissed;
    this.#wakeIn(left + endMissed, () => this.#missedEnd());
  }

  /** ms until the end of a round is not waited for any more, whether or not the device is connected by then. */
  get #untilMissed(): number {
    return Math.max(this.#missedAt - this.#elapsed, 0);
  }

  /** The round is over where nobody names it, unless the cell that has it now is still looked for. */
  #awaitNaming(): void {
    const left = this.#untilMissed;
    this.#wakeIn(Math.min(unnamed, left), () => {
      if (left > unnamed && this.#ports.transport.isSeeking?.()) this.#awaitNaming();
      else this.#missedEnd();
    });
  }

  /** When the coordinator tells a device to come back; however soon that is, a device takes a moment, another one each time. */
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
      this.#checkInAfter(retryAfter, busy);
      return;
    }
    const state: Gathering = { phase: 'gathering' };
    // At once: the assignment may arrive before the answer does.
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
        this.#checkInAfter(wait, spared ?? (enough ? often : few));
        return;
      }
      // No cohort is to have a device that can't get at it.
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

  /** Contributes, and forgets what was kept for the case of a restart: the update counts, or no longer can. */
  async #contribute(state: Contributing): Promise<void> {
    const { assignment, stop } = state;
    try {
      const contribute = await this.#ports.contribution();
      stop.signal.throwIfAborted();
      await contribute(state, this.#ports);
      if (this.#state !== state) {
        // Over for another reason.
      } else if (state.end) this.#goOn(state.end);
      else this.#state = { phase: 'closing', assignment, query: state.query };
    } catch (error) {
      const cause = asError(error);
      if (this.#state === state && state.end) this.#goOn(state.end);
      else if (this.#state === state) this.#giveUp(assignment, cause);
      // Rounds may be shorter than the wait for a worker, which no round would get over then.
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
    // Others were faster, or the coordinator has lost the round: nothing is wrong here, and there is nothing to leave.
    if (error.code === 'round.closed' || error.code === 'round.unknown') {
      this.#checkInAfter(afterClosed, error.detail);
      return;
    }
    const { code, detail } = error;
    const isQuery = assignment.plan.query !== undefined;
    const declines = error instanceof BelowFloor || code === 'secagg.parameters';
    // Why is the app's to know, not the coordinator's.
    void this.#leave(assignment, declines || isQuery ? 'declined' : code);
    // What a reload, or a restart, costs, or a query that the app has no answer to: nothing is wrong.
    if (code === 'round.begun' || (isQuery && code === 'training.no-examples'))
      this.#checkInAfter(afterClosed, detail);
    // An app is not updated within seconds.
    else {
      const isOften = isQuery || !(declines || code === 'training.vocabulary');
      this.#fail(error, isOften ? retryAfter : declinedFor, assignment.round);
    }
  }

  #fail(error: unknown, least = retryAfter, round?: string): void {
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

  /** The end of the round was not heard: the device goes on as if it had been. */
  #missedEnd(): void {
    this.#abandon();
    this.#checkInAfter(0, 'the end of the round was not heard');
  }

  async #leave({ round, assignment }: Assignment, reason: string): Promise<void> {
    const message: Leave = { round, assignment, reason };
    try {
      decodeAck(await this.#ports.transport.request('leave', encodeFrame(message)), z.null());
    } catch {
      // Whoever can't be told finds out at the deadline.
    }
  }
}

/** What an app has to change, or its next round goes the same way. */
const brokenTrainer: ReadonlySet<string> = new Set(['training.module', 'training.no-answer']);
const busy = 'the device is busy with another task';
const often = 'the device has contributed as often as its app lets it within a day';
