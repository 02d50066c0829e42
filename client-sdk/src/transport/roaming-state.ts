import type { CheckIn } from '@murmuration/protocol/messages/check-in';

/**
 * Milliseconds until a device without its cell asks the front again: doubled each time, up to `maxRoamingMs`.
 */
const firstRoamingMs = 500;
export const maxRoamingMs = 30_000;
/** Least ms between two moves to a cell, whatever front and cells say. */
const shortestVisit = 500;
/**
 * Milliseconds after the hello within which the cell with a device's round names it:
 * another cell may have the address now.
 */
const untilNamed = 2_000;
/** Cells in a row that don't name the round, after which the device has no part in one. */
const cellsTried = 3;

/** Part of the device in a round: `named` by its cell, or `sought` until a cell names it again. */
type Part =
  | { readonly type: 'none' }
  /** `unnamed`: cells in a row that have not named it. `longest`: most ms between two tries. */
  | { readonly type: 'sought'; readonly unnamed: number; readonly longest: number }
  | { readonly type: 'named'; readonly longest: number };

/** Current or last cell of a device, and the check-in that led there. */
interface Visit {
  readonly checkIn: CheckIn;
  readonly ticket: string;
  /** True once the cell was asked: its ticket is valid once, and the next check-in goes to the front. */
  readonly hasAsked: boolean;
  /** Time when the device was sent there, ms since 1970. */
  readonly since: number;
}

export interface RoamingState {
  /** Place of the device; changes as soon as it goes back. */
  readonly at: 'front' | 'cell';
  readonly part: Part;
  readonly visit?: Visit;
  /** Incremented when earlier requests become obsolete: their answers are ignored. */
  readonly turn: number;
  /** Milliseconds until it comes back after the next lost cell. */
  readonly pause: number;
}

export type RoamingEvent =
  /** Connection closed by its user. */
  | { readonly type: 'closed' }
  /** Check-in at the front: the device has no part in a round any more. */
  | { readonly type: 'checking-in' }
  /** Cell named by the front; `turn`: of the question for the round's cell, if that was asked. */
  | {
      readonly type: 'sent';
      readonly cell: URL;
      readonly ticket: string;
      readonly checkIn: CheckIn;
      readonly turn?: number;
    }
  /** New connection to the front, or to the cell. */
  | { readonly type: 'arrived'; readonly at: RoamingState['at'] }
  /** Answer to the hello of that turn. */
  | { readonly type: 'welcomed'; readonly turn: number }
  /** Check-in at the cell with its ticket. */
  | { readonly type: 'asking' }
  /** Answer of the cell; a refusal is none. */
  | { readonly type: 'answered' }
  /** Device not needed by the cell; device about to check in there a second time. */
  | { readonly type: 'dismissed' | 'used-up' }
  /** Round named by the cell. */
  | { readonly type: 'named'; readonly longest: number }
  /** Round not named in time. */
  | { readonly type: 'not-named' }
  /** End of the round at the cell; nothing expected from the cell; cell gone. */
  | { readonly type: 'round-ended' | 'resting' | 'lost' }
  /** Time to ask the front again for the round's cell. */
  | { readonly type: 'due' }
  /** No answer from the front yet; `after`: ms until it may have one, if known. */
  | { readonly type: 'put-off'; readonly turn: number; readonly after?: number }
  /** Final refusal of the front. */
  | { readonly type: 'refused'; readonly turn: number }
  /** Round given up by the device. */
  | { readonly type: 'given-up' };

/** Wait of `ms`, 50 % to 150 % of it if `isAbout`, and at least until `since`, ms since 1970. */
export interface Wait {
  readonly ms: number;
  readonly isAbout?: boolean;
  readonly since?: number;
}

export type RoamingEffect =
  /** Closes the connection, and opens one to this cell, or to the front. */
  | { readonly type: 'move'; readonly cell?: URL; readonly wait: Wait }
  /** Asks the front for the round's cell, with an old ticket. */
  | { readonly type: 'ask'; readonly checkIn: CheckIn; readonly turn: number }
  /** Schedules this event, in place of the pending one. */
  | { readonly type: 'wait'; readonly wait: Wait; readonly event: RoamingEvent }
  | { readonly type: 'stop-waiting' };

interface Step {
  readonly state: RoamingState;
  readonly effects: readonly RoamingEffect[];
}

const noPart: Part = { type: 'none' };

export const atFront: RoamingState = { at: 'front', part: noPart, turn: 0, pause: firstRoamingMs };

/**
 * Returns the next state and the effects of an event at `now`, ms since 1970: pure. Unexpected events change
 * nothing.
 *
 *     front → (sent) → cell → (round-ended, dismissed, used-up, resting) → front
 *     cell → (lost) → front → (welcomed) ask → (sent) → cell → (welcomed) → (named), or (not-named) → front
 */
export function step(state: RoamingState, event: RoamingEvent, now: number): Step {
  const { at, part, visit, turn } = state;
  const become = (change: Partial<RoamingState>, ...effects: RoamingEffect[]): Step => ({
    state: { ...state, ...change },
    effects,
  });
  const unchanged = { state, effects: [] };
  if ('turn' in event && event.turn !== turn) return unchanged;
  switch (event.type) {
    case 'closed':
      return become({ at: 'front', part: noPart, turn: turn + 1 }, { type: 'stop-waiting' });
    case 'checking-in':
      return become({ part: noPart, turn: turn + 1 });
    case 'sent':
      return toCell(state, event, now);
    case 'arrived':
      return become({ at: event.at });
    case 'welcomed':
      if (part.type !== 'sought') return unchanged;
      if (at === 'front') return become({}, askingBy(state));
      return become({}, { type: 'wait', wait: { ms: untilNamed }, event: { type: 'not-named' } });
    case 'asking':
      return become({ visit: { ...visit!, hasAsked: true } });
    case 'answered':
      return become({ pause: firstRoamingMs });
    case 'dismissed':
      return part.type === 'none' ? toFront(state) : unchanged;
    case 'used-up':
    case 'round-ended':
      return toFront({ ...state, part: noPart });
    case 'named': {
      const { longest } = event;
      return become({ part: { type: 'named', longest }, pause: firstRoamingMs }, { type: 'stop-waiting' });
    }
    case 'not-named':
      return part.type === 'sought' ? toFront({ ...state, part: onceMore(part) }, true) : unchanged;
    case 'resting':
      return toFront(state);
    case 'lost':
      return toFront(state, true);
    case 'due':
      return part.type === 'sought' && at === 'front' ? become({}, askingBy(state)) : unchanged;
    case 'put-off': {
      const { after } = event;
      const wait = after === undefined ? untilNextTry(state) : { ms: Math.max(firstRoamingMs, after) };
      return become({}, { type: 'wait', wait, event: { type: 'due' } });
    }
    case 'refused':
      return become({ part: noPart }, { type: 'stop-waiting' });
    case 'given-up':
      return part.type === 'named' ? unchanged : become({ part: noPart, turn: turn + 1 });
  }
}

function toCell(
  { part, turn, ...state }: RoamingState,
  { cell, ticket, checkIn }: Extract<RoamingEvent, { type: 'sent' }>,
  now: number,
): Step {
  const visit = { checkIn, ticket, hasAsked: part.type !== 'none', since: now };
  return {
    state: { ...state, part: unnamed(part), turn: turn + 1, visit },
    effects: [{ type: 'move', cell, wait: { ms: 0 } }],
  };
}

function toFront(state: RoamingState, isLost = false): Step {
  const { at, part, visit, turn, pause } = state;
  if (at === 'front') return { state, effects: [] };
  const since = visit!.since + shortestVisit;
  const wait = isLost ? { ...untilNextTry(state), since } : { ms: 0, since };
  const next = isLost ? Math.min(2 * pause, maxRoamingMs) : firstRoamingMs;
  return {
    state: { ...state, at: 'front', part: unnamed(part), turn: turn + 1, pause: next },
    effects: [{ type: 'move', wait }],
  };
}

/** Returns the part after a move: no cell has named it yet. */
function unnamed(part: Part): Part {
  return part.type === 'named' ? { type: 'sought', unnamed: 0, longest: part.longest } : part;
}

/** Returns the part after another cell that has not named it. */
function onceMore(part: Extract<Part, { type: 'sought' }>): Part {
  const tried = part.unnamed + 1;
  return tried === cellsTried ? noPart : { ...part, unnamed: tried };
}

function untilNextTry({ part, pause }: RoamingState): Wait {
  return { ms: part.type === 'none' ? pause : Math.min(pause, part.longest), isAbout: true };
}

function askingBy({ visit, turn }: RoamingState): RoamingEffect {
  return { type: 'ask', checkIn: { ...visit!.checkIn, ticket: visit!.ticket }, turn };
}
