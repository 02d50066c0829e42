import type { ErrorCode } from '@murmuration/protocol/errors/errors';

/** Occasion of a round: a command of an operator before its time, its time, or only that of a query. */
export type Occasion = 'command' | 'schedule' | 'query';

/** State of the schedule of a task's rounds. */
export interface ScheduleState {
  readonly life: 'new' | 'started' | 'stopped';
  /** A paused task begins rounds, and asks queries, only by command. */
  readonly pace: 'automatic' | 'paused';
  /** Once the privacy budget is spent, no round trains until the task's definition allows more. */
  readonly budget: 'left' | 'spent';
  readonly activity:
    | { readonly kind: 'idle' }
    /** The timer is set. */
    | { readonly kind: 'waiting'; readonly for: Exclude<Occasion, 'command'> }
    /** A round is under way, with or without devices, or about to be. */
    | { readonly kind: 'running' };
}

export type ScheduleEvent =
  | { readonly type: 'started' }
  /** The time of the next round may have changed. */
  | { readonly type: 'moved' }
  /** Answers the effect `look`: the next times, ms since 1970; ∞ if there is none. */
  | { readonly type: 'looked'; readonly trainsAt: number; readonly asksAt: number }
  /** The timer has run out. */
  | { readonly type: 'due' }
  | { readonly type: 'commanded'; readonly isBetweenRuns: boolean }
  /** A round goes on that began before a restart. */
  | { readonly type: 'resumed' }
  /** The budget has no step for the round that was to begin. */
  | { readonly type: 'spent' }
  /** The activity is over; `hasChange` is true if new settings came meanwhile. */
  | { readonly type: 'ended'; readonly hasChange: boolean }
  | { readonly type: 'paused' }
  | { readonly type: 'unpaused'; readonly recalls: boolean }
  /** New settings are there for the next round. */
  | { readonly type: 'adjusted' }
  /** A training run began or ended. */
  | { readonly type: 'runChanged'; readonly isBetweenRuns: boolean }
  | { readonly type: 'stopped' };

export type ScheduleEffect =
  /** Find the next times; none to train unless it `trains`, nor between training runs. */
  | { readonly type: 'look'; readonly trains: boolean }
  /** Set the timer. */
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'cancel' }
  | { readonly type: 'begin'; readonly occasion: Occasion }
  /** Put the new settings in force. */
  | { readonly type: 'takeOver' }
  /** Say that there are new settings, which the round under way leaves to the next. */
  | { readonly type: 'announce' }
  /** Give waiting devices what they now may get. */
  | { readonly type: 'give' }
  /** Tell the devices that were sent away. */
  | { readonly type: 'recall' }
  /** End a training run that has no budget. */
  | { readonly type: 'endRun' }
  | { readonly type: 'refuse'; readonly code: ErrorCode };

interface ScheduleStep {
  readonly state: ScheduleState;
  readonly effects: readonly ScheduleEffect[];
}

const idle = { kind: 'idle' } as const;
const recall = { type: 'recall' } as const;

export const initialSchedule = { life: 'new', pace: 'automatic', budget: 'left', activity: idle } as const;

/**
 * One step of the schedule of a task's rounds: pure, so that every state can be tested with every event. An
 * event that a state does not expect leaves it as it is.
 *
 * idle → waiting → running → idle
 */
export function schedule(state: ScheduleState, event: ScheduleEvent): ScheduleStep {
  const { life, activity } = state;
  switch (event.type) {
    case 'started':
      return life === 'stopped' ? refused(state, 'server.stopping') : step({ ...state, life: 'started' });
    case 'moved':
      return moved(state);
    case 'looked':
      return looked(state, event.trainsAt, event.asksAt);
    case 'due':
      return activity.kind === 'waiting' ? running({ ...state, activity: idle }, activity.for) : step(state);
    case 'commanded':
      if (life !== 'started') return refused(state, 'server.stopping');
      if (activity.kind === 'running') return refused(state, 'round.under-way');
      if (event.isBetweenRuns) return refused(state, 'round.closed');
      return state.budget === 'spent' ? refused(state, 'privacy.spent') : running(state, 'command');
    case 'resumed':
      return step({ ...state, activity: { kind: 'running' } });
    case 'spent':
      return step({ ...state, budget: 'spent' });
    case 'ended': {
      const after = { ...state, activity: idle };
      return event.hasChange && life !== 'stopped' ? adjusted({ ...after, budget: 'left' }) : moved(after);
    }
    case 'paused':
      return moved({ ...state, pace: 'paused' });
    case 'unpaused': {
      if (state.pace === 'automatic') return step(state);
      const after = moved({ ...state, pace: 'automatic' });
      if (life === 'new') return after;
      return step(after.state, ...after.effects, { type: 'give' }, ...(event.recalls ? [recall] : []));
    }
    case 'adjusted': {
      const after = { ...state, budget: 'left' } as const;
      return activity.kind === 'running' ? step(after, { type: 'announce' }) : adjusted(after);
    }
    case 'runChanged': {
      if (!event.isBetweenRuns && state.budget === 'spent') return step(state, { type: 'endRun' });
      const after = moved(state);
      if (event.isBetweenRuns || life !== 'started') return after;
      return step(after.state, ...after.effects, recall);
    }
    case 'stopped':
      return moved({ ...state, life: 'stopped' });
  }
}

const step = (state: ScheduleState, ...effects: ScheduleEffect[]): ScheduleStep => ({ state, effects });

const refused = (state: ScheduleState, code: ErrorCode) => step(state, { type: 'refuse', code });

/** Cancels the timer, if it is set. */
const cancelled = ({ activity }: ScheduleState): ScheduleEffect[] =>
  activity.kind === 'waiting' ? [{ type: 'cancel' }] : [];

/** Looks for the next time again, unless a round is under way: its end does. */
function moved(state: ScheduleState): ScheduleStep {
  const { life, pace, budget, activity } = state;
  if (activity.kind === 'running') return step(state);
  const trains = pace === 'automatic' && budget === 'left';
  const looks: ScheduleEffect[] = life === 'started' ? [{ type: 'look', trains }] : [];
  return step({ ...state, activity: idle }, ...cancelled(state), ...looks);
}

function looked(state: ScheduleState, trainsAt: number, asksAt: number): ScheduleStep {
  const at = Math.min(trainsAt, asksAt);
  if (state.life !== 'started' || state.activity.kind !== 'idle' || at === Number.POSITIVE_INFINITY)
    return step(state);
  const activity = { kind: 'waiting', for: trainsAt <= asksAt ? 'schedule' : 'query' } as const;
  return step({ ...state, activity }, { type: 'wake', at });
}

function running(state: ScheduleState, occasion: Occasion): ScheduleStep {
  const begun = { ...state, activity: { kind: 'running' } } as const;
  return step(begun, ...cancelled(state), { type: 'begin', occasion });
}

/** New settings also decide when the next round begins, and if it may. */
function adjusted(state: ScheduleState): ScheduleStep {
  if (state.life === 'new') return step(state, { type: 'takeOver' });
  // No old timer may be set while the settings change.
  const after = moved({ ...state, activity: idle });
  return step(after.state, ...cancelled(state), { type: 'takeOver' }, ...after.effects, recall);
}
