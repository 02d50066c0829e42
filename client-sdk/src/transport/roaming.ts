import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import {
  type CheckIn,
  type CheckInAnswer,
  checkIn,
  checkInAnswer,
  type SentElsewhere,
  sentElsewhere,
} from '@murmuration/protocol/messages/check-in';
import { decodeAck, decodeFrame, encodeAccepted, encodeFrame } from '@murmuration/protocol/messages/frame';
import { decodeAssignment } from '@murmuration/protocol/messages/round';
import type { Cancel } from '@murmuration/protocol/time/clock';
import * as z from 'zod/mini';
import { baseOf, isTrusted } from './address.ts';
import { about } from './inflow.ts';
import {
  atFront,
  maxRoamingMs,
  type RoamingEffect,
  type RoamingEvent,
  step,
  type Wait,
} from './roaming-state.ts';
import type { Transport, TransportListener, TransportPlatform } from './transport.ts';

/**
 * Tries per second of a whole cohort: a device with a part in a round, whose phases go on, waits no longer
 * than until this rate is reached, but `longestInRound` ms in any case.
 */
const cohortPerSecond = 250;
const longestInRound = 2_000;
/** Milliseconds until another task asks again while the device is at the cell of one. */
const whileAway = 10_000;

const answers = z.union([checkInAnswer, sentElsewhere]);

/**
 * Returns a transport whose coordinator may be a front: a check-in answered with a ticket leads to a cell, on
 * its own connection, and the end of the work there leads back. A device whose cell is gone also goes back;
 * with a part in a round, it shows its old ticket and is led to the cell that has the round now. Until that
 * cell names the round, the device sends nothing of it. Users of the transport only see that the connection
 * changes.
 *
 * `make` creates the transport of an address. A cell must be at the coordinator's host or a name below it, on
 * any port, or among `origins`, and use https if the coordinator does. It can do no more than a coordinator.
 */
export function roaming(
  base: URL,
  platform: TransportPlatform,
  make: (base: URL) => Transport,
  origins: readonly string[] = [],
): Transport {
  const home = make(base);
  const roamer = new Roamer(platform, home, { make, allowed: cell => requireAllowed(cell, base, origins) });
  return {
    // Called on demand: the transport may replace the method.
    ...(home.findProblem && { findProblem: () => home.findProblem!() }),
    isSeeking: () => roamer.isSeeking,
    stopSeeking: () => roamer.hear({ type: 'given-up' }),
    open: listener => roamer.open(listener),
    close: () => roamer.close(),
    request: (event, frame) => roamer.request(event, frame),
    download: (...args) => roamer.current.download(...args),
    upload: (...args) => roamer.upload(...args),
  };
}

interface Cells {
  readonly make: (address: URL) => Transport;
  /** Returns the cell's URL. Throws `ticket.refused` for a cell that the device must not use. */
  readonly allowed: (cell: string) => URL;
}

/** Passes events to a device's state, and performs the effects. */
class Roamer {
  readonly #platform: Pick<TransportPlatform, 'clock' | 'random'>;
  readonly #home: Transport;
  readonly #cells: Cells;
  /** Current or next connection. */
  #current: Transport;
  #listener: TransportListener | undefined;
  #state = atFront;
  #cancel: Cancel = () => {};

  constructor(platform: Pick<TransportPlatform, 'clock' | 'random'>, home: Transport, cells: Cells) {
    this.#platform = platform;
    this.#home = home;
    this.#cells = cells;
    this.#current = home;
  }

  get current(): Transport {
    return this.#current;
  }

  get isSeeking(): boolean {
    return this.#state.part.type === 'sought';
  }

  hear(event: RoamingEvent): void {
    const { state, effects } = step(this.#state, event, this.#platform.clock.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  open(listener: TransportListener): void {
    this.#listener = listener;
    this.#follow(this.#home);
  }

  close(): void {
    this.hear({ type: 'closed' });
    this.#listener = undefined;
    this.#current.close();
    this.#current = this.#home;
  }

  async request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    if (event === 'check-in')
      return this.#state.at === 'front'
        ? this.#checkInAtFront(frame)
        : this.#checkInAtCell(decodeFrame(frame, checkIn));
    // A cell without the round would reject it, and the device would give up a
    // message that another cell waits for.
    if (this.isSeeking && ofRound.has(event)) throw new MurmurationError('server.unreachable');
    const { turn } = this.#state;
    const answer = await this.#current.request(event, frame);
    if (event === 'hello') this.hear({ type: 'welcomed', turn });
    return answer;
  }

  async upload(...args: Parameters<Transport['upload']>): Promise<void> {
    // A front would reject the round as unknown, and so would a cell that has not named it.
    if (this.isSeeking) throw new MurmurationError('server.unreachable');
    const at = this.#current;
    try {
      await at.upload(...args);
    } catch (error) {
      // Uploads use no connection: another process may have the cell's address before the device notices.
      const isOther = error instanceof MurmurationError && error.code === 'round.unknown';
      if (!isOther || this.#state.part.type === 'none' || at === this.#home) throw error;
      if (this.#current === at) this.hear({ type: 'lost' });
      throw new MurmurationError('server.unreachable');
    }
  }

  #perform(effect: RoamingEffect): void {
    switch (effect.type) {
      case 'move':
        this.#move(effect);
        break;
      case 'ask':
        void this.#ask(effect);
        break;
      case 'wait':
        this.#wait(effect.wait, () => this.hear(effect.event));
        break;
      case 'stop-waiting':
        this.#cancel();
    }
  }

  #wait({ ms, isAbout, since = -Infinity }: Wait, then: () => void): void {
    const { clock, random } = this.#platform;
    this.#cancel();
    this.#cancel = clock.at(Math.max(clock.now() + (isAbout ? about(ms, random) : ms), since), then);
  }

  #move({ cell, wait }: Extract<RoamingEffect, { type: 'move' }>): void {
    this.#cancel();
    this.#current.close();
    this.#current = this.#home;
    this.#listener?.moving?.();
    this.#wait(wait, () => this.#follow(cell ? this.#cells.make(cell) : this.#home));
  }

  #follow(transport: Transport): void {
    this.#current = transport;
    const isHome = transport === this.#home;
    this.hear({ type: 'arrived', at: isHome ? 'front' : 'cell' });
    transport.open({
      ...this.#listener!,
      disconnected: (...told) => {
        this.#listener?.disconnected(...told);
        if (!isHome) this.hear({ type: 'lost' });
      },
      failed: retryAt => (isHome ? this.#listener?.failed?.(retryAt) : this.hear({ type: 'lost' })),
      resting: () => (isHome ? this.#listener?.resting?.() : this.hear({ type: 'resting' })),
      message: (event, frame) => {
        if (event === 'assignment' && !isHome) this.hear({ type: 'named', longest: longestFor(frame) });
        this.#listener?.message(event, frame);
        if (event === 'round-end' && !isHome) this.hear({ type: 'round-ended' });
      },
    });
  }

  /** Asks the front for the cell of the device's round. */
  async #ask({ checkIn: message, turn }: Extract<RoamingEffect, { type: 'ask' }>): Promise<void> {
    try {
      const answer = decodeAck(await this.#home.request('check-in', encodeFrame(message)), answers);
      if (answer.decision === 'elsewhere') return this.#send(answer, message, { turn });
      this.hear({ type: 'put-off', turn, ...(answer.decision === 'later' && { after: answer.after }) });
    } catch (error) {
      // The next hello or wait asks again, unless the front has refused for good.
      const isFinal = error instanceof MurmurationError && !error.retryable;
      this.hear({ type: isFinal ? 'refused' : 'put-off', turn });
    }
  }

  /** Goes to the cell that the front names. Throws `ticket.refused`. */
  #send({ cell, ticket }: SentElsewhere, message: CheckIn, asked: { readonly turn?: number } = {}): void {
    this.hear({ type: 'sent', cell: this.#cells.allowed(cell), ticket, checkIn: message, ...asked });
  }

  async #checkInAtFront(frame: Uint8Array): Promise<Uint8Array> {
    this.hear({ type: 'checking-in' });
    const answer = await this.#home.request('check-in', frame);
    let sent: CheckInAnswer | SentElsewhere;
    try {
      sent = decodeAck(answer, answers);
    } catch {
      return answer;
    }
    if (sent.decision !== 'elsewhere') return answer;
    this.#send(sent, decodeFrame(frame, checkIn));
    throw new MurmurationError('server.unreachable', 'The device goes to the cell of the task.');
  }

  /** Checks in at a cell, and handles its answer. */
  async #checkInAtCell(message: CheckIn): Promise<Uint8Array> {
    const { checkIn: first, ticket, hasAsked } = this.#state.visit!;
    if (message.task !== first.task)
      return encodeAccepted({
        decision: 'later',
        after: whileAway,
        reason: 'the device is at the cell of another task',
      } satisfies CheckInAnswer);
    if (hasAsked) {
      this.hear({ type: 'used-up' });
      throw new MurmurationError('server.unreachable', 'The device goes back to the front.');
    }
    this.hear({ type: 'asking' });
    const at = this.#current;
    const frame = await at.request('check-in', encodeFrame({ ...message, ticket }));
    let stays = false;
    try {
      stays = decodeAck(frame, checkInAnswer).decision === 'waiting';
      this.hear({ type: 'answered' });
    } catch {
      // The session reports the refusal; its next check-in is at the front.
    }
    const { clock } = this.#platform;
    const isHere = () => this.#current === at;
    // After the answer has been handled.
    if (!stays && isHere()) clock.at(clock.now(), () => isHere() && this.hear({ type: 'dismissed' }));
    return frame;
  }
}

/** Requests that a front can't answer. */
const ofRound: ReadonlySet<DeviceEvent> = new Set(['keys', 'shares', 'agree', 'reveal', 'leave']);

/** Returns the most ms between two tries to find the cell of a round again, by its assignment. */
function longestFor(assignment: Uint8Array): number {
  let cohort: number;
  try {
    cohort = decodeAssignment(assignment).plan.largestCohort;
  } catch {
    // The session reports what is wrong with it.
    return maxRoamingMs;
  }
  // Updates of a cohort of 1 are read one by one, which doesn't show how many other devices there are.
  if (cohort === 1) return maxRoamingMs;
  return Math.min(Math.max(longestInRound, (1_000 * cohort) / cohortPerSecond), maxRoamingMs);
}

/** Returns the URL of a cell. Throws `ticket.refused` for a cell that the device must not use. */
function requireAllowed(cell: string, base: URL, origins: readonly string[]): URL {
  const address = baseOf(cell);
  if (address && isTrusted(address, base, origins)) return address;
  throw new MurmurationError(
    'ticket.refused',
    `The coordinator names the cell ${cell.slice(0, 128)}, which is at another host; an app that trusts it names its origin among "cells".`,
  );
}
