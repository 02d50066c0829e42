import type { CheckIn } from '@murmuration/protocol/messages/check-in';

/** ms after which a device that has lost its cell asks the front again: doubled each time, up to the last. */
const firstPause = 500;
export const longestPause = 30_000;
/** ms between two ways to a cell, at least, whatever front and cells say. */
const shortestVisit = 500;
/**
 * ms from the hello within which a cell that has the round of a device names it: another cell may answer at an
 * address that a front takes for it.
 */
const untilNamed = 2_000;
/** Cells in a row that name no round, after which the device has a part in none. */
const cellsTried = 3;

/** The part of the device in a round: `named` by its cell, or `sought` until a cell names it again. */
type Part =
  | { readonly type: 'none' }
  /** `unnamed`: cells in a row that have not named it. `longest`: ms between two tries, at most. */
  | { readonly type: 'sought'; readonly unnamed: number; readonly longest: number }
  | { readonly type: 'named'; readonly longest: number };

/** At which cell a device is, or was last, and for what. */
interface Visit {
  readonly checkIn: CheckIn;
  readonly ticket: string;
  /** The cell was asked: its ticket is for that once, and the next check-in is at the front. */
  readonly hasAsked: boolean;
  /** When the device was sent there, ms since 1970. */
  readonly since: number;
}

export interface RoamingState {
  /** The place of the device, at once once it goes back. */
  readonly at: 'front' | 'cell';
  readonly part: Part;
  readonly visit?: Visit;
  /** One more whenever what was asked before does not count any more: answers of then lead nowhere. */
  readonly turn: number;
  /** ms after which it comes back from the next cell that is lost. */
  readonly pause: number;
}

export type RoamingEvent =
  /** Nobody uses the connection any more. */
  | { readonly type: 'closed' }
  /** The device checks in at the front, so that it has a part in no round any more. */
  | { readonly type: 'checking-in' }
  /** The front names a cell; `turn`: of the question where the round is, if it was that. */
  | {
      readonly type: 'sent';
      readonly cell: URL;
      readonly ticket: string;
      readonly checkIn: CheckIn;
      readonly turn?: number;
    }
  /** A connection to the front, or to the cell, begins. */
  | { readonly type: 'arrived'; readonly at: RoamingState['at'] }
  /** The hello of that turn was answered. */
  | { readonly type: 'welcomed'; readonly turn: number }
  /** The device checks in at the cell by its ticket. */
  | { readonly type: 'asking' }
  /** The cell has answered that; what it is refused with is no answer. */
  | { readonly type: 'answered' }
  /** The cell has no use for the device; the device would check in there once more. */
  | { readonly type: 'dismissed' | 'used-up' }
  /** The cell names the round. */
  | { readonly type: 'named'; readonly longest: number }
  /** It has not, though it had the time. */
  | { readonly type: 'not-named' }
  /** The round at the cell is over; nothing is expected on the connection to the cell; the cell is gone. */
  | { readonly type: 'round-ended' | 'resting' | 'lost' }
  /** It is time to ask the front again where the round is. */
  | { readonly type: 'due' }
  /** The front can't say where the round is; `after`: ms until it may, where it says. */
  | { readonly type: 'put-off'; readonly turn: number; readonly after?: number }
  /** The front will never say. */
  | { readonly type: 'refused'; readonly turn: number }
  /** The device takes the round for over. */
  | { readonly type: 'given-up' };

/** So many ms, half as long more or less where that is `about`, and at least until `since`, ms since 1970. */
export interface Wait {
  readonly ms: number;
  readonly isAbout?: boolean;
  readonly since?: number;
}

export type RoamingEffect =
  /** End the connection, and open one to this cell, or to the front. */
  | { readonly type: 'move'; readonly cell?: URL; readonly wait: Wait }
  /** Ask the front where the round is, by an old ticket. */
  | { readonly type: 'ask'; readonly checkIn: CheckIn; readonly turn: number }
  /** Let this event happen later, in place of what is waited for. */
  | { readonly type: 'wait'; readonly wait: Wait; readonly event: RoamingEvent }
  | { readonly type: 'stop-waiting' };

interface Step {
  readonly state: RoamingState;
  readonly effects: readonly RoamingEffect[];
}

const noPart: Part = { type: 'none' };

export const atFront: RoamingState = { at: 'front', part: noPart, turn: 0, pause: firstPause };

/**
 * Steps from a state by an event at `now`, ms since 1970: pure. What a state does not expect changes nothing.
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
      return become({ pause: firstPause });
    case 'dismissed':
      return part.type === 'none' ? toFront(state) : unchanged;
    case 'used-up':
    case 'round-ended':
      return toFront({ ...state, part: noPart });
    case 'named': {
      const { longest } = event;
      return become({ part: { type: 'named', longest }, pause: firstPause }, { type: 'stop-waiting' });
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
      const wait = after === undefined ? untilNextTry(state) : { ms: Math.max(firstPause, after) };
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
  const next = isLost ? Math.min(2 * pause, longestPause) : firstPause;
  return {
    state: { ...state, at: 'front', part: unnamed(part), turn: turn + 1, pause: next },
    effects: [{ type: 'move', wait }],
  };
}

/** The part once the device is elsewhere, where no cell has named it yet. */
function unnamed(part: Part): Part {
  return part.type === 'named' ? { type: 'sought', unnamed: 0, longest: part.longest } : part;
}

/** The part after one more cell that has not named it. */
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
