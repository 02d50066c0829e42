import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Firing, FiringRecord, Restraint, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { Retrain } from '@murmuration/rounds/task/retrain/retrain';
import { onceBegun } from '../triggers/look.ts';
import { restraintOf } from '../triggers/restraint.ts';
import type { Ending, OpenRun, RetrainEffect, RetrainEvent, RetrainState, RetrainStep } from './state.ts';
import { bestWith, endAfterFailure, endAfterVersion, endInTime } from './stopping.ts';

/** Task and settings of a transition. */
export interface Retrained {
  readonly task: TaskName;
  readonly retrain: Retrain;
}

type Event<Type extends RetrainEvent['type']> = Extract<RetrainEvent, { readonly type: Type }>;

/**
 * One step of a task's retraining: pure, so that a history of events can be replayed. A run opens by a
 * trigger or an operator, counts its rounds, and ends by a rule; at most one is open. What a state does not
 * expect leaves it as it is.
 *
 * none → open → (closing: a round is under way still) → none
 */
export function transition(of: Retrained, state: RetrainState, event: RetrainEvent): RetrainStep {
  switch (event.type) {
    case 'fired':
      return fired(of, state, event);
    case 'round':
      return round(of, state, event);
    case 'tick':
      return tick(of, state, event);
    case 'spent': {
      const ending: Ending = { reason: 'privacy', text: 'The privacy budget is spent.' };
      return state.run
        ? ended(of.task, state, state.run, state.run.closing ?? ending, event.now)
        : unchanged(state);
    }
    case 'stop':
      return stop(of, state, event);
    case 'remember':
      return event.memory === state.memory
        ? unchanged(state)
        : { state: { ...state, memory: event.memory }, effects: [] };
  }
}

/** Time when something is due without an event, ms since 1970; infinity if nothing is. */
export function dueAt({ retrain }: Retrained, { run, waiting }: RetrainState): number {
  const over = run && retrain.until.time !== null && !run.closing ? run.startedAt + retrain.until.time : null;
  return over ?? waiting?.until ?? Number.POSITIVE_INFINITY;
}

/** Ends a run left open of a task whose definition has no training runs any more. */
export function leftBehind(task: TaskName, state: RetrainState, now: number): RetrainStep {
  const ending: Ending = {
    reason: 'stopped',
    text: 'The definition of the task has no training runs any more.',
  };
  return state.run ? ended(task, { ...state, waiting: null }, state.run, ending, now) : unchanged(state);
}

function fired(
  of: Retrained,
  state: RetrainState,
  { firing, id, lastRound, now }: Event<'fired'>,
): RetrainStep {
  if (state.run) return suppressed(of, state, firing, { by: 'run-open', until: null });
  if (firing.trigger === 'by-hand') return began(of, state, firing, id, lastRound, now);
  const restraint = restraintOf(of.retrain, state, now);
  return restraint ? suppressed(of, state, firing, restraint) : began(of, state, firing, id, lastRound, now);
}

function began(
  { task }: Pick<Retrained, 'task'>,
  state: RetrainState,
  firing: Firing,
  id: string,
  lastRound: number,
  now: number,
): RetrainStep {
  const run: OpenRun = {
    id,
    number: state.runs + 1,
    why: firing,
    startedAt: now,
    rounds: 0,
    failed: 0,
    failuresInRow: 0,
    lastRound,
    metrics: null,
    model: null,
    best: null,
    closing: null,
  };
  // The record of a trigger that waited becomes the record of the run's beginning.
  const { waiting } = state;
  const isWaiting = waiting !== null && waiting.firing === firing;
  const record: FiringRecord = {
    ...(isWaiting ? waiting : { task, number: state.records + 1, firing, count: 1, since: firing.at }),
    outcome: 'began',
    by: null,
    until: null,
    run: id,
  };
  const superseded: readonly RetrainEffect[] =
    waiting && !isWaiting ? [{ type: 'record', record: { ...waiting, outcome: 'suppressed', run: id } }] : [];
  return {
    state: {
      ...state,
      runs: run.number,
      records: Math.max(state.records, record.number),
      run,
      waiting: null,
      suppressed: [],
      memory: onceBegun(state.memory),
    },
    effects: [...superseded, { type: 'record', record }, { type: 'run', run: rowOf(task, run, null, null) }],
  };
}

/** Counts repeated firings for the same cause in one record, to keep records few. */
function suppressed(
  { task }: Retrained,
  state: RetrainState,
  firing: Firing,
  { by, until }: { readonly by: Restraint; readonly until: number | null },
): RetrainStep {
  const outcome = by === 'quiet-hours' ? 'waits' : 'suppressed';
  const open = [...state.suppressed, ...(state.waiting ? [state.waiting] : [])];
  const before = open.find(
    each => each.by === by && (outcome === 'waits' || each.firing.trigger === firing.trigger),
  );
  const record: FiringRecord = before
    ? { ...before, firing, count: before.count + 1, until }
    : {
        task,
        number: state.records + 1,
        firing,
        count: 1,
        since: firing.at,
        outcome,
        by,
        until,
        run: state.run?.id ?? null,
      };
  const others = state.suppressed.filter(each => each !== before);
  return {
    state: {
      ...state,
      records: Math.max(state.records, record.number),
      ...(outcome === 'waits' ? { waiting: record } : { suppressed: [...others, record] }),
    },
    effects: [{ type: 'record', record }],
  };
}

function round(of: Retrained, state: RetrainState, { number, outcome, now }: Event<'round'>): RetrainStep {
  const { run } = state;
  if (!run || number <= run.lastRound) return unchanged(state);
  const { until } = of.retrain;
  const isFailed = outcome === 'failed';
  const metrics = isFailed ? run.metrics : outcome.metrics;
  const after: OpenRun = {
    ...run,
    lastRound: number,
    rounds: run.rounds + (isFailed ? 0 : 1),
    failed: run.failed + (isFailed ? 1 : 0),
    failuresInRow: isFailed ? run.failuresInRow + 1 : 0,
    metrics,
    model: isFailed ? run.model : outcome.model,
    best: isFailed ? run.best : bestWith(until, run.best, metrics),
  };
  const end = isFailed ? endAfterFailure(until, after, now) : endAfterVersion(until, after, now);
  const ending = run.closing ?? end;
  if (ending) return ended(of.task, state, after, ending, now);
  return changed(of, state, after);
}

function tick(of: Retrained, state: RetrainState, event: Event<'tick'>): RetrainStep {
  const { run, waiting } = state;
  const { now, isUnderWay, id, lastRound } = event;
  if (run) {
    const ending = run.closing ?? endInTime(of.retrain.until, run, now);
    if (!ending) return unchanged(state);
    if (!isUnderWay) return ended(of.task, state, run, ending, now);
    return run.closing ? unchanged(state) : changed(of, state, { ...run, closing: ending });
  }
  if (!waiting) return unchanged(state);
  const restraint = restraintOf(of.retrain, state, now);
  if (!restraint) return began(of, state, waiting.firing, id, lastRound, now);
  const until = restraint.until;
  if (restraint.by === waiting.by && until === waiting.until) return unchanged(state);
  const isOver = restraint.by !== 'quiet-hours';
  const record: FiringRecord = {
    ...waiting,
    by: restraint.by,
    until,
    outcome: isOver ? 'suppressed' : 'waits',
  };
  return { state: { ...state, waiting: isOver ? null : record }, effects: [{ type: 'record', record }] };
}

function stop(of: Retrained, state: RetrainState, { text, isUnderWay, now }: Event<'stop'>): RetrainStep {
  const { run } = state;
  if (!run) return unchanged(state);
  const ending: Ending = { reason: 'stopped', text };
  if (!isUnderWay) return ended(of.task, state, run, ending, now);
  const step = changed(of, state, { ...run, closing: ending });
  return { ...step, effects: [...step.effects, { type: 'abort', reason: text }] };
}

function ended(task: TaskName, state: RetrainState, run: OpenRun, ending: Ending, now: number): RetrainStep {
  return {
    state: { ...state, run: null, endedAt: now, suppressed: [] },
    effects: [{ type: 'run', run: rowOf(task, run, ending, now) }],
  };
}

function changed({ task }: Retrained, state: RetrainState, run: OpenRun): RetrainStep {
  return { state: { ...state, run }, effects: [{ type: 'run', run: rowOf(task, run, null, null) }] };
}

/** Returns the stored row of a run. */
function rowOf(
  task: TaskName,
  { id, number, why, startedAt, rounds, failed, metrics, model }: OpenRun,
  ending: Ending | null,
  now: number | null,
): TrainingRun {
  // The clock may have been ahead when the run began.
  const endedAt = now === null ? null : Math.max(startedAt, now);
  return { id, task, number, why, startedAt, endedAt, ending, rounds, failed, metrics, model };
}

function unchanged(state: RetrainState): RetrainStep {
  return { state, effects: [] };
}
