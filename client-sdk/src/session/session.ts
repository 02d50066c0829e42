import { MurmurationError } from '@murmuration/protocol/errors';
import { checkInAnswer } from '@murmuration/protocol/messages/check-in';
import { decodeAck, encodeFrame } from '@murmuration/protocol/messages/frame';
import type { Assignment, Leave, RoundEnd } from '@murmuration/protocol/messages/round';
import type { Cancel } from '@murmuration/protocol/ports';
import * as z from 'zod/mini';
import { contribute } from './contribute.ts';
import { countExamples } from './examples.ts';
import type { SessionPorts } from './ports.ts';
import type { SessionState } from './state.ts';

/** ms after which a check-in that failed is tried again. */
const retryAfter = 10_000;
/** ms after the deadline of a round at which its end is no longer waited for. */
const endMissed = 120_000;

/** One device's part in one task: checks in, takes assignments, contributes, and comes back when it was told to. */
export class Session {
  readonly #ports: SessionPorts;
  #state: SessionState = { phase: 'idle' };
  #connected = false;
  #cancelTimer: Cancel = () => {};

  constructor(ports: SessionPorts) {
    this.#ports = ports;
  }

  get isBusy(): boolean {
    return this.#state.phase === 'updates';
  }

  /** The device has said hello: a round that it has a part in is named again by the coordinator. */
  connected(): void {
    this.#connected = true;
    if (this.#state.phase === 'idle') this.#checkInAfter(0);
  }

  disconnected(): void {
    this.#connected = false;
    // The coordinator drops those who wait; training goes on, and its upload finds its own way.
    if (this.#state.phase === 'gathering') this.#state = { phase: 'idle' };
  }

  assigned(assignment: Assignment): void {
    const { task } = this.#ports;
    if (assignment.plan.task !== task) return;
    if (this.#state.phase === 'updates' || this.#state.phase === 'closing') {
      if (this.#state.assignment.assignment === assignment.assignment) return;
      this.#abandon();
    }
    if (!this.#ports.isFree()) {
      void this.#leave(assignment, 'busy with another task');
      return;
    }
    void this.#contribute(assignment);
  }

  roundEnded({ round, after }: RoundEnd): void {
    if (this.#state.phase !== 'updates' && this.#state.phase !== 'closing') return;
    const { assignment } = this.#state;
    if (assignment.round !== round) return;
    this.#abandon();
    this.#ports.emit('round', {
      task: this.#ports.task,
      round,
      number: assignment.number,
      phase: 'ended',
      progress: 1,
    });
    this.#checkInAfter(after);
  }

  /** Leaves the round politely. */
  async stop(): Promise<void> {
    this.#cancelTimer();
    if (this.#state.phase !== 'updates') return;
    const { assignment } = this.#state;
    this.#abandon();
    await this.#leave(assignment, 'the app stopped');
  }

  #abandon(): void {
    this.#cancelTimer();
    if (this.#state.phase === 'updates') this.#state.stop.abort(new MurmurationError('training.stopped'));
    this.#state = { phase: 'idle' };
  }

  #checkInAfter(ms: number): void {
    this.#cancelTimer();
    const { clock } = this.#ports.platform;
    this.#cancelTimer = clock.at(clock.now() + ms, () => void this.#checkIn());
  }

  async #checkIn(): Promise<void> {
    if (!this.#connected || this.#state.phase !== 'idle') return;
    const { task, platform, transport, emit } = this.#ports;
    try {
      if (!this.#ports.isFree())
        throw new MurmurationError('request.too-many', 'The device is busy with another task.');
      const message = {
        task,
        examples: await countExamples(this.#ports.examples()),
        conditions: await platform.conditions(),
      };
      // The assignment may arrive before the answer does.
      this.#state = { phase: 'gathering' };
      const answer = decodeAck(await transport.request('check-in', encodeFrame(message)), checkInAnswer);
      if (answer.decision === 'waiting') {
        emit('wait', { task, after: null, reason: 'waiting for an assignment' });
        return;
      }
      this.#backToIdle();
      emit('wait', { task, after: answer.after, reason: answer.reason });
      this.#checkInAfter(answer.after);
    } catch (error) {
      this.#backToIdle();
      emit('error', asError(error));
      this.#checkInAfter(retryAfter);
    }
  }

  #backToIdle(): void {
    if (this.#state.phase === 'gathering') this.#state = { phase: 'idle' };
  }

  async #contribute(assignment: Assignment): Promise<void> {
    this.#cancelTimer();
    const stop = new AbortController();
    this.#state = { phase: 'updates', assignment, stop };
    const isMine = () => this.#state.phase === 'updates' && this.#state.stop === stop;
    try {
      await contribute(assignment, this.#ports, stop.signal);
      if (!isMine()) return;
      this.#state = { phase: 'closing', assignment };
      const { clock } = this.#ports.platform;
      this.#cancelTimer = clock.at(clock.now() + endMissed, () => this.#endMissed(assignment));
    } catch (error) {
      if (!isMine()) return;
      this.#abandon();
      // Others were faster: nothing is wrong.
      if (asError(error).code === 'round.closed') return this.#checkInAfter(retryAfter);
      this.#ports.emit('error', asError(error));
      await this.#leave(assignment, asError(error).code);
      this.#checkInAfter(retryAfter);
    } finally {
      await this.#ports.store.clear();
    }
  }

  /** The end of the round was not heard: the device goes on as if it had been. */
  #endMissed({ assignment }: Assignment): void {
    if (this.#state.phase !== 'closing' || this.#state.assignment.assignment !== assignment) return;
    this.#state = { phase: 'idle' };
    void this.#checkIn();
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

export function asError(error: unknown): MurmurationError {
  if (error instanceof MurmurationError) return error;
  return new MurmurationError('training.failed', error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}
