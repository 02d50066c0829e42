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
import type { Transport, TransportListener, TransportPlatform } from './transport.ts';

/** ms after which a device that has lost its cell asks the front where its task is now: doubled each time, up to the last. */
const firstPause = 500;
const longestPause = 30_000;
/**
 * Where the device has a part in a round, phases go by meanwhile: it waits no longer than until the cohort together has come so often a second,
 * and that long in any case, ms.
 */
const cohortPerSecond = 250;
const longestInRound = 2_000;
/** ms between two ways to a cell, at least, whatever front and cells say. */
const shortestVisit = 500;
/** ms after which another task asks again while the device is at the cell of one. */
const whileAway = 10_000;
/** ms within which a cell that has the round of a device names it, counted from the hello: another cell may answer at an address that a front takes for it. */
const untilNamed = 2_000;
/** Cells in a row that name no round, after which the device has a part in none. */
const cellsTried = 3;

const answers = z.union([checkInAnswer, sentElsewhere]);

/** At which cell a device is, or was last, and for what. */
interface Visit {
  readonly checkIn: CheckIn;
  readonly ticket: string;
  /** Whether the cell was asked: its ticket is for that once, and the next check-in is at the front. */
  hasAsked: boolean;
}

/**
 * A transport whose coordinator may be a front: a check-in that it answers with a ticket leads to a cell, on a connection of its own, and the
 * end of what there is to do there leads back. A device whose cell is gone goes back as well; where it has a part in a round, it shows its old
 * ticket and is led to the cell that has the round now; until that has named the round, the device sends nothing of it. Who uses the transport notices only that its connection is another one.
 *
 * `make` makes the transport of an address. A cell has to be at the host of the coordinator, or at a name below that, on any port, or among
 * `origins`; and it is reached over https where the coordinator is. Whatever it is, it can do no more than a coordinator can.
 */
export function roaming(
  base: URL,
  { clock, random }: TransportPlatform,
  make: (base: URL) => Transport,
  origins: readonly string[] = [],
): Transport {
  const home = make(base);
  let current = home;
  let listener: TransportListener | undefined;
  let visit: Visit | undefined;
  /** Whether the device has a part in a round at a cell. */
  let isInRound = false;
  /** Whether the cell that the device is at has named that round. */
  let isNamed = false;
  let unnamed = 0;
  /** ms between two tries to find that cell again, at most. */
  let longest = longestPause;
  /** One more whenever what was asked before does not count any more: answers of then lead nowhere. */
  let turn = 0;
  let pause = firstPause;
  /** When the device went to a cell last, ms since 1970. */
  let wentAt = -Infinity;
  let cancel: Cancel = () => {};

  const follow = (transport: Transport) => {
    current = transport;
    const isHome = transport === home;
    transport.open({
      ...listener!,
      disconnected(...told) {
        listener?.disconnected(...told);
        if (!isHome) goHome(true);
      },
      failed: retryAt => (isHome ? listener?.failed?.(retryAt) : goHome(true)),
      resting: () => (isHome ? listener?.resting?.() : goHome()),
      message(event, frame) {
        if (event === 'assignment' && !isHome) named(frame);
        listener?.message(event, frame);
        if (isHome || event !== 'round-end') return;
        isInRound = false;
        goHome();
      },
    });
  };

  const named = (assignment: Uint8Array) => {
    cancel();
    longest = longestFor(assignment);
    isInRound = true;
    isNamed = true;
    unnamed = 0;
    pause = firstPause;
  };

  /** The device has said hello to a cell. One that has its round names it; from any other the device goes back, to be led again. */
  const awaitNaming = () => {
    if (!isInRound || isNamed) return;
    const at = current;
    cancel();
    cancel = clock.at(clock.now() + untilNamed, () => {
      if (current !== at || !isInRound || isNamed) return;
      if (++unnamed === cellsTried) {
        unnamed = 0;
        isInRound = false;
      }
      goHome(true);
    });
  };

  const move = (to: () => void, wait = 0) => {
    cancel();
    turn++;
    isNamed = false;
    current.close();
    listener?.moving?.();
    cancel = clock.at(clock.now() + wait, to);
  };

  const goHome = (isLost = false) => {
    if (current === home) return;
    const left = wentAt + shortestVisit - clock.now();
    const wait = isInRound ? Math.min(pause, longest) : pause;
    move(() => follow(home), Math.max(isLost ? about(wait, random) : 0, left));
    current = home;
    if (isLost) pause = Math.min(2 * pause, longestPause);
    else pause = firstPause;
  };

  /** Goes to the cell that a front names. */
  const goTo = ({ cell, ticket }: SentElsewhere, message: CheckIn) => {
    const address = requireAllowed(cell, base, origins);
    visit = { checkIn: message, ticket, hasAsked: isInRound };
    wentAt = clock.now();
    move(() => follow(make(address)));
  };

  /** Asks a front where the round is that the device has a part in. */
  const ask = async (): Promise<void> => {
    const { checkIn: message, ticket } = visit!;
    const asked = turn;
    let wait = about(Math.min(pause, longest), random);
    try {
      const frame = await home.request('check-in', encodeFrame({ ...message, ticket }));
      const answer = decodeAck(frame, answers);
      if (turn !== asked) return;
      if (answer.decision === 'elsewhere') return goTo(answer, message);
      if (answer.decision === 'later') wait = Math.max(firstPause, answer.after);
    } catch (error) {
      // The next hello asks again, or the next turn, unless the front has refused it for good.
      if (turn === asked && error instanceof MurmurationError && !error.retryable) isInRound = false;
    }
    // The device is on its way elsewhere, where another answer has led it: no timer but that of this way counts.
    if (turn !== asked) return;
    cancel();
    cancel = clock.at(clock.now() + wait, () => isInRound && current === home && void ask());
  };

  /** A check-in at a cell, and what its answer leads to. */
  const checkInAway = async (message: CheckIn): Promise<Uint8Array> => {
    if (message.task !== visit!.checkIn.task)
      return encodeAccepted({
        decision: 'later',
        after: whileAway,
        reason: 'the device is at the cell of another task',
      } satisfies CheckInAnswer);
    if (visit!.hasAsked) {
      isInRound = false;
      goHome();
      throw new MurmurationError('server.unreachable', 'The device goes back to the front.');
    }
    visit!.hasAsked = true;
    const at = current;
    const frame = await at.request('check-in', encodeFrame({ ...message, ticket: visit!.ticket }));
    let stays = false;
    try {
      stays = decodeAck(frame, checkInAnswer).decision === 'waiting';
      pause = firstPause;
    } catch {
      // What it is refused with is the session's to tell; its next check-in is at the front.
    }
    // Once the answer was heard.
    if (!stays && current === at) clock.at(clock.now(), () => current === at && !isInRound && goHome());
    return frame;
  };

  const requestAway = async (event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> => {
    // A cell that does not have the round would say so, and the device would give up what another cell waits for.
    if (isInRound && !isNamed && ofRound.has(event)) throw new MurmurationError('server.unreachable');
    const at = current;
    const answer = await at.request(event, frame);
    if (event === 'hello' && current === at) awaitNaming();
    return answer;
  };

  const checkInAtHome = async (frame: Uint8Array): Promise<Uint8Array> => {
    // Whoever checks in has no part in a round any more.
    isInRound = false;
    turn++;
    const answer = await home.request('check-in', frame);
    let sent: CheckInAnswer | SentElsewhere;
    try {
      sent = decodeAck(answer, answers);
    } catch {
      return answer;
    }
    if (sent.decision !== 'elsewhere') return answer;
    goTo(sent, decodeFrame(frame, checkIn));
    throw new MurmurationError('server.unreachable', 'The device goes to the cell of the task.');
  };

  return {
    // Asked when it is needed: what is in the way may be found otherwise by then.
    ...(home.findProblem && { findProblem: () => home.findProblem!() }),
    isSeeking: () => isInRound && !isNamed,
    stopSeeking() {
      if (isNamed) return;
      isInRound = false;
      turn++;
    },
    open(given) {
      listener = given;
      follow(home);
    },
    close() {
      cancel();
      turn++;
      listener = undefined;
      isInRound = false;
      current.close();
      current = home;
    },
    async request(event, frame) {
      if (current !== home)
        return event === 'check-in' ? checkInAway(decodeFrame(frame, checkIn)) : requestAway(event, frame);
      if (event === 'check-in') return checkInAtHome(frame);
      if (isInRound && ofRound.has(event)) throw new MurmurationError('server.unreachable');
      const asked = turn;
      const answer = await home.request(event, frame);
      if (event === 'hello' && isInRound && turn === asked) void ask();
      return answer;
    },
    download: (...args) => current.download(...args),
    async upload(...args) {
      // A front would say that it knows no such round, and so would a cell that has not named it.
      if (isInRound && !isNamed) throw new MurmurationError('server.unreachable');
      const at = current;
      try {
        await at.upload(...args);
      } catch (error) {
        // An upload is on no connection: another process may have taken the cell's address before the device has noticed that the cell is gone.
        const isOther = error instanceof MurmurationError && error.code === 'round.unknown';
        if (!isOther || !isInRound || at === home) throw error;
        if (current === at) goHome(true);
        throw new MurmurationError('server.unreachable');
      }
    },
  };
}

/** What a front has no answer to. */
const ofRound: ReadonlySet<DeviceEvent> = new Set(['keys', 'shares', 'agree', 'reveal', 'leave']);

/** ms between two tries to find the cell of a round again, at most, by its assignment. */
function longestFor(assignment: Uint8Array): number {
  let cohort: number;
  try {
    cohort = decodeAssignment(assignment).plan.largestCohort;
  } catch {
    // What is wrong with it is the session's to tell.
    return longestPause;
  }
  // One that is read by itself says nothing of how many others there are.
  if (cohort === 1) return longestPause;
  return Math.min(Math.max(longestInRound, (1_000 * cohort) / cohortPerSecond), longestPause);
}

/** The address of a cell. Throws `ticket.refused` for one to which the device does not go. */
function requireAllowed(cell: string, base: URL, origins: readonly string[]): URL {
  const address = baseOf(cell);
  if (address && isTrusted(address, base, origins)) return address;
  throw new MurmurationError(
    'ticket.refused',
    `The coordinator names the cell ${cell.slice(0, 128)}, which is at another host; an app that trusts it names its origin among "cells".`,
  );
}
