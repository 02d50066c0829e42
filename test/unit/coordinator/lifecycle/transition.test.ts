import {
  initialState,
  type RetrainEvent,
  type RetrainState,
} from '@murmuration/lifecycle/training-runs/state';
import { dueAt, leftBehind, transition } from '@murmuration/lifecycle/training-runs/transition';
import { restraintOf } from '@murmuration/lifecycle/triggers/restraint';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Firing, TrainingRun } from '@murmuration/rounds/events/training-run';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retrainOf } from './retrain.ts';

const task = 'spam' as TaskName;
const hour = 3_600_000;

const firing = (at: number, trigger: Firing['trigger'] = 'drift'): Firing => ({
  trigger,
  reason: `${trigger} at ${at}.`,
  figures: {},
  at,
});
const fired = (now: number, trigger: Firing['trigger'] = 'drift', lastRound = 0): RetrainEvent => ({
  type: 'fired',
  firing: firing(now, trigger),
  id: `run-${now}`,
  lastRound,
  now,
});
const made = (
  number: number,
  now: number,
  metrics: Readonly<Record<string, number>> | null = null,
): RetrainEvent => ({
  type: 'round',
  number,
  outcome: { metrics, model: `model ${number}` as ModelHash },
  now,
});
const failed = (number: number, now: number): RetrainEvent => ({
  type: 'round',
  number,
  outcome: 'failed',
  now,
});
const tick = (now: number, isUnderWay = false): RetrainEvent => ({
  type: 'tick',
  id: `run-${now}`,
  lastRound: 0,
  isUnderWay,
  now,
});

/** What a history of events leads to: the state, and rows as they were kept last. */
function replay(retrain: ReturnType<typeof retrainOf>, events: readonly RetrainEvent[]) {
  let state = initialState;
  const runs = new Map<number, TrainingRun>();
  const records = new Map<number, string>();
  const aborts: string[] = [];
  for (const event of events) {
    const step = transition({ task, retrain }, state, event);
    state = step.state;
    for (const effect of step.effects) {
      if (effect.type === 'run') runs.set(effect.run.number, effect.run);
      else if (effect.type === 'abort') aborts.push(effect.reason);
      else {
        const { firing, outcome, by, count } = effect.record;
        records.set(effect.record.number, `${firing.trigger} ${outcome} ${by} ${count}`);
      }
    }
  }
  return { state, runs: [...runs.values()], records: [...records.values()], aborts };
}

describe('a training run', () => {
  it('begins by a trigger, counts its rounds, and ends by their number', () => {
    const { state, runs, records } = replay(retrainOf({ until: { rounds: 2 } }), [
      fired(0, 'drift', 4),
      made(5, 1, { top1: 0.5 }),
      failed(6, 2),
      made(7, 3, { top1: 0.6 }),
    ]);
    expect(state).toMatchObject({ run: null, runs: 1, endedAt: 3 });
    expect(records).toEqual(['drift began null 1']);
    expect(runs).toMatchObject([
      {
        id: 'run-0',
        number: 1,
        startedAt: 0,
        endedAt: 3,
        rounds: 2,
        failed: 1,
        metrics: { top1: 0.6 },
        ending: { reason: 'rounds', text: 'It has made 2 versions.' },
      },
    ]);
  });

  it('counts no round twice, and none that was before it', () => {
    const { runs } = replay(retrainOf(), [
      fired(0, 'drift', 4),
      made(4, 1),
      made(5, 2),
      made(5, 3),
      failed(5, 4),
    ]);
    expect(runs).toMatchObject([{ rounds: 1, failed: 0, endedAt: null }]);
  });

  it('ends where a metric gets no better', () => {
    const retrain = retrainOf({ until: { metric: 'top1', plateau: 2 } });
    const values = [0.5, 0.6, 0.59, 0.62, 0.62, 0.61];
    const history = values.map((top1, i) => made(i + 1, i, { top1 }));
    expect(replay(retrain, [fired(0), ...history.slice(0, 5)]).state.run).not.toBeNull();
    expect(replay(retrain, [fired(0), ...history]).runs).toMatchObject([
      { rounds: 6, ending: { reason: 'plateau', text: 'top1 was no better than 0.62 for 2 versions.' } },
    ]);
  });

  it('takes equal figures for no better ones, of metrics of which less is better too', () => {
    const retrain = retrainOf({ until: { metric: 'loss', plateau: 2 } });
    const history = [2, 1, 1, 1].map((loss, i) => made(i + 1, i, { loss }));
    expect(replay(retrain, [fired(0), ...history]).runs[0]!.ending?.reason).toBe('plateau');
    expect(replay(retrain, [fired(0), ...history.slice(0, 3)]).state.run).not.toBeNull();
  });

  it('ends at its target', () => {
    const retrain = retrainOf({ until: { metric: 'loss', target: 1 } });
    expect(
      replay(retrain, [fired(0), made(1, 1, { loss: 1.1 }), made(2, 2, { loss: 1 })]).runs,
    ).toMatchObject([{ rounds: 2, ending: { reason: 'target', text: 'loss is 1; the target is 1.' } }]);
  });

  it('ends where nothing measures what its rule goes by, and says so', () => {
    const retrain = retrainOf({ until: { metric: 'f1', target: 1 } });
    expect(replay(retrain, [fired(0), made(1, 1, { loss: 1 })]).runs[0]!.ending).toMatchObject({
      reason: 'unmeasured',
      text: expect.stringContaining('"f1"'),
    });
  });

  it('ends after its time, with the round that is under way then', () => {
    const retrain = retrainOf({ until: { time: '1 h' } });
    expect(dueAt({ task, retrain }, replay(retrain, [fired(5)]).state)).toBe(5 + hour);
    // Nothing is due where no time is set.
    expect(dueAt({ task, retrain: retrainOf() }, replay(retrainOf(), [fired(5)]).state)).toBe(Infinity);
    expect(dueAt({ task, retrain }, initialState)).toBe(Infinity);
    expect(replay(retrain, [fired(0), tick(hour - 1)]).state.run).not.toBeNull();
    expect(replay(retrain, [fired(0), tick(hour)]).runs[0]!.ending?.reason).toBe('time');
    const closing = replay(retrain, [fired(0), tick(hour, true)]);
    expect(closing.state.run?.closing?.reason).toBe('time');
    expect(closing.runs[0]!.endedAt).toBeNull();
    const over = replay(retrain, [fired(0), tick(hour, true), made(1, hour + 9)]);
    expect(over.runs).toMatchObject([{ rounds: 1, endedAt: hour + 9, ending: { reason: 'time' } }]);
  });

  it('ends after rounds that fail in a row, and not before', () => {
    const retrain = retrainOf({ until: { rounds: 9, failures: 2 } });
    expect(replay(retrain, [fired(0), failed(1, 1), made(2, 2), failed(3, 3)]).state.run).not.toBeNull();
    expect(replay(retrain, [fired(0), failed(1, 1), failed(2, 2)]).runs[0]!.ending).toEqual({
      reason: 'failures',
      text: '2 rounds in a row failed.',
    });
  });

  it('ends with its privacy budget', () => {
    expect(replay(retrainOf(), [fired(0), { type: 'spent', now: 1 }]).runs[0]!.ending?.reason).toBe(
      'privacy',
    );
    expect(replay(retrainOf(), [{ type: 'spent', now: 1 }]).state).toBe(initialState);
  });

  it('ends by an operator at once, or with the round that is under way, which is ended', () => {
    const stop = (isUnderWay: boolean): RetrainEvent => ({
      type: 'stop',
      text: 'Ann ended it.',
      isUnderWay,
      now: 2,
    });
    expect(replay(retrainOf(), [fired(0), stop(false)])).toMatchObject({
      runs: [{ endedAt: 2, ending: { reason: 'stopped', text: 'Ann ended it.' } }],
      aborts: [],
    });
    const closing = replay(retrainOf(), [fired(0), stop(true)]);
    expect(closing).toMatchObject({ runs: [{ endedAt: null }], aborts: ['Ann ended it.'] });
    expect(replay(retrainOf(), [fired(0), stop(true), failed(1, 3)]).runs).toMatchObject([
      { endedAt: 3, failed: 1, ending: { reason: 'stopped' } },
    ]);
  });
});

describe('what ends a run', () => {
  const ended = (until: Record<string, unknown>, ...events: readonly RetrainEvent[]) =>
    replay(retrainOf({ until: until as never }), [fired(0), ...events]).runs.at(-1)!.ending;

  it.each<[Record<string, unknown>, readonly RetrainEvent[], string | undefined]>([
    [{ rounds: 1 }, [made(1, 1)], 'It has made 1 version.'],
    [{ metric: 'top1', target: 0.5 }, [made(1, 1, { top1: 0.5 })], 'top1 is 0.5; the target is 0.5.'],
    [{ metric: 'top1', target: 0.5 }, [made(1, 1, { top1: 0.49 })], undefined],
    [{ metric: 'loss', target: 0.5 }, [made(1, 1, { loss: 0.51 })], undefined],
    [
      { metric: 'f1', plateau: 2 },
      [made(1, 1, { loss: 1 })],
      'The evaluation of the task gives no metric "f1"; name one that it gives in retrain.until.',
    ],
    [
      { metric: 'f1', target: 2 },
      [made(1, 1)],
      'The evaluation of the task gives no metric "f1"; name one that it gives in retrain.until.',
    ],
    [
      { metric: 'loss', plateau: 1 },
      [made(1, 1, { loss: 1 }), made(2, 2, { loss: 2 })],
      'loss was no better than 1 for 1 versions.',
    ],
    [{ metric: 'loss', plateau: 1 }, [made(1, 1, { loss: 2 }), made(2, 2, { loss: 1 })], undefined],
    [{ rounds: 9, failures: 1 }, [failed(1, 1)], '1 rounds in a row failed.'],
    [{ time: '90 s' }, [made(1, 90_000)], 'Its time of 90 s is over.'],
    [{ time: '90 s' }, [failed(1, 90_000)], 'Its time of 90 s is over.'],
    [{ time: '90 s' }, [made(1, 89_999), failed(2, 89_999)], undefined],
    // A failed round leaves what was measured before it.
    [{ metric: 'loss', plateau: 1 }, [made(1, 1, { loss: 1 }), failed(2, 2)], undefined],
  ])('by %j is told (%#)', (until, events, text) => {
    expect(ended(until, ...events)?.text).toBe(text);
  });

  it('begins to count what is best with each metric', () => {
    const best = (metric: string, before: object | null, value: number) =>
      replay(retrainOf({ until: { metric, plateau: 9 } }), [
        fired(0),
        ...(before ? [made(1, 1, before as never)] : []),
        made(2, 2, { [metric]: value }),
      ]).state.run!.best;
    expect(best('loss', null, 3)).toEqual({ metric: 'loss', value: 3, since: 0 });
    expect(best('loss', { loss: 2 }, 3)).toEqual({ metric: 'loss', value: 2, since: 1 });
    expect(best('loss', { loss: 4 }, 3)).toEqual({ metric: 'loss', value: 3, since: 0 });
    expect(best('top1', { top1: 4 }, 3)).toEqual({ metric: 'top1', value: 4, since: 1 });
    expect(best('top1', { top1: 3 }, 3)).toEqual({ metric: 'top1', value: 3, since: 1 });
    expect(best('top1', { top1: 2 }, 3)).toEqual({ metric: 'top1', value: 3, since: 0 });
  });

  it('is told once for a run: the first cause', () => {
    const retrain = retrainOf({ until: { time: '1 h' } });
    const stop: RetrainEvent = { type: 'stop', text: 'Ann ended it.', isUnderWay: true, now: 5 };
    const closing = replay(retrain, [fired(0), stop]);
    // What is closing has no time left that could be over, and says nothing new.
    expect(dueAt({ task, retrain }, closing.state)).toBe(Infinity);
    expect(transition({ task, retrain }, closing.state, tick(2 * hour, true))).toEqual({
      state: closing.state,
      effects: [],
    });
    for (const last of [tick(2 * hour), { type: 'spent', now: 2 * hour } as const, made(1, 2 * hour)])
      expect(replay(retrain, [fired(0), stop, last]).runs).toMatchObject([
        { endedAt: 2 * hour, ending: { reason: 'stopped', text: 'Ann ended it.' } },
      ]);
    expect(replay(retrain, [fired(0), { type: 'spent', now: 7 }]).runs).toMatchObject([
      { endedAt: 7, ending: { reason: 'privacy', text: 'The privacy budget is spent.' } },
    ]);
  });

  it('may be a definition without runs', () => {
    const open = replay(retrainOf(), [fired(3)]).state;
    expect(leftBehind(task, open, 9)).toMatchObject({
      state: { run: null, waiting: null, endedAt: 9 },
      effects: [
        {
          type: 'run',
          run: {
            endedAt: 9,
            ending: { reason: 'stopped', text: 'The definition of the task has no training runs any more.' },
          },
        },
      ],
    });
    expect(leftBehind(task, initialState, 9)).toEqual({ state: initialState, effects: [] });
  });

  it('is not before it began, though a clock was set back', () => {
    expect(replay(retrainOf(), [fired(50), { type: 'spent', now: 20 }]).runs).toMatchObject([
      { startedAt: 50, endedAt: 50 },
    ]);
  });

  it.each<RetrainEvent>([
    tick(5),
    made(1, 5),
    failed(1, 5),
    { type: 'spent', now: 5 },
    { type: 'stop', text: 'Stop.', isUnderWay: true, now: 5 },
    { type: 'remember', memory: initialState.memory },
  ])('changes nothing where no run is open: %j', event => {
    expect(transition({ task, retrain: retrainOf() }, initialState, event)).toEqual({
      state: initialState,
      effects: [],
    });
  });

  it('leaves what triggers remember, until they remember something else', () => {
    const memory = { a: { kind: 'cron', at: 3 } } as const;
    expect(transition({ task, retrain: retrainOf() }, initialState, { type: 'remember', memory })).toEqual({
      state: { ...initialState, memory },
      effects: [],
    });
  });
});

describe('a trigger that fires', () => {
  it('has a record of all that became of it', () => {
    const retrain = retrainOf({ until: { rounds: 1 }, cooldown: '1 h' });
    const first = transition({ task, retrain }, initialState, fired(4, 'drift', 7));
    const record = { task, number: 1, firing: firing(4), count: 1, since: 4, outcome: 'began' };
    expect(first.effects).toEqual([
      { type: 'record', record: { ...record, by: null, until: null, run: 'run-4' } },
      {
        type: 'run',
        run: {
          ...{ id: 'run-4', task, number: 1, why: firing(4), startedAt: 4, endedAt: null, ending: null },
          ...{ rounds: 0, failed: 0, metrics: null, model: null },
        },
      },
    ]);
    expect(first.state).toMatchObject({
      runs: 1,
      records: 1,
      run: { lastRound: 7, closing: null, best: null },
    });
    const second = transition({ task, retrain }, first.state, fired(5));
    const suppressed = { task, number: 2, firing: firing(5), count: 1, since: 5, outcome: 'suppressed' };
    expect(second.effects).toEqual([
      { type: 'record', record: { ...suppressed, by: 'run-open', until: null, run: 'run-4' } },
    ]);
    expect(second.state).toMatchObject({ records: 2, suppressed: [{ number: 2 }] });
    const third = transition({ task, retrain }, second.state, fired(6));
    expect(third.effects).toMatchObject([
      { record: { number: 2, firing: firing(6), count: 2, since: 5, run: 'run-4' } },
    ]);
    expect(third.state).toMatchObject({ records: 2, suppressed: [{ count: 2 }] });
    const over = transition({ task, retrain }, third.state, made(8, 10));
    expect(over.state).toMatchObject({ run: null, endedAt: 10, suppressed: [] });
    const late = transition({ task, retrain }, over.state, fired(11));
    expect(late.effects).toMatchObject([
      { record: { number: 3, by: 'cooldown', until: 10 + hour, run: null, count: 1 } },
    ]);
  });

  it('by hand begins a run against every restraint', () => {
    const retrain = retrainOf({ until: { rounds: 1 }, cooldown: '1 h', quietHours: '00:00-06:00' });
    expect(replay(retrain, [fired(0, 'by-hand'), made(1, 1), fired(2, 'by-hand')]).runs).toHaveLength(2);
  });

  it('waits where a cooldown ends within quiet hours, and not where one began meanwhile', () => {
    const retrain = retrainOf({ until: { rounds: 1 }, quietHours: '00:00-06:00' });
    const waiting = replay(retrain, [fired(hour)]).state;
    // Nothing changes until they are over.
    expect(transition({ task, retrain }, waiting, tick(2 * hour))).toEqual({ state: waiting, effects: [] });
    // Longer quiet hours: it waits for their end.
    const longer = retrainOf({ until: { rounds: 1 }, quietHours: '00:00-07:00' });
    const moved = transition({ task, retrain: longer }, waiting, tick(6 * hour));
    expect(moved.state.waiting).toMatchObject({ outcome: 'waits', by: 'quiet-hours', until: 7 * hour });
    expect(moved.effects).toHaveLength(1);
    expect(dueAt({ task, retrain }, moved.state)).toBe(7 * hour);
    // A cooldown that is there now: it is given up.
    const cooling = retrainOf({ until: { rounds: 1 }, cooldown: '9 h' });
    const given = transition({ task, retrain: cooling }, { ...waiting, endedAt: 0 }, tick(6 * hour));
    expect(given.state.waiting).toBeNull();
    expect(given.effects).toMatchObject([
      { record: { number: 1, outcome: 'suppressed', by: 'cooldown', until: 9 * hour } },
    ]);
  });

  it('is suppressed while a run is open and in its cooldown, and counted in one record for each cause', () => {
    const retrain = retrainOf({ until: { rounds: 1 }, cooldown: '1 h' });
    const { records, runs } = replay(retrain, [
      fired(0),
      fired(1),
      fired(2, 'cron'),
      fired(3),
      made(1, 10),
      fired(11),
      fired(12, 'cron'),
      fired(13),
      fired(10 + hour),
    ]);
    expect(records).toEqual([
      'drift began null 1',
      'drift suppressed run-open 2',
      'cron suppressed run-open 1',
      'drift suppressed cooldown 2',
      'cron suppressed cooldown 1',
      'drift began null 1',
    ]);
    expect(runs).toHaveLength(2);
  });

  it('waits for the end of quiet hours, with whatever fires besides, and then begins one run', () => {
    const retrain = retrainOf({ quietHours: '00:00-06:00' });
    const waiting = replay(retrain, [fired(hour), fired(2 * hour, 'cron')]);
    expect(waiting.records).toEqual(['cron waits quiet-hours 2']);
    expect(dueAt({ task, retrain }, waiting.state)).toBe(6 * hour);
    const over = replay(retrain, [fired(hour), fired(2 * hour, 'cron'), tick(5 * hour), tick(6 * hour)]);
    expect(over.records).toEqual(['cron began null 2']);
    expect(over.runs).toMatchObject([
      { id: `run-${6 * hour}`, startedAt: 6 * hour, why: { trigger: 'cron' } },
    ]);
  });

  it('that waits gives way to an operator', () => {
    const retrain = retrainOf({ quietHours: '00:00-06:00' });
    const { records, state } = replay(retrain, [fired(hour), fired(2 * hour, 'by-hand'), tick(6 * hour)]);
    expect(records).toEqual(['drift suppressed quiet-hours 1', 'by-hand began null 1']);
    expect(state).toMatchObject({ waiting: null, runs: 1 });
  });
});

describe('every history', () => {
  const event = fc.record({
    after: fc.integer({ min: 0, max: 20 * hour }),
    what: fc.constantFrom('drift', 'cron', 'by-hand', 'made', 'failed', 'tick', 'late-tick', 'stop', 'spent'),
  });

  it('has one open run at most, whose rounds count once, and no trigger begins one against a restraint', () => {
    const retrain = retrainOf({
      until: { rounds: 3, time: '2 d', failures: 2 },
      cooldown: '10 h',
      quietHours: '22:00-05:00',
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), all => {
        let state: RetrainState = initialState;
        let now = 0;
        let round = 0;
        const begun: { at: number; endedAt: number | null }[] = [];
        for (const { after, what } of all) {
          now += after;
          const isUnderWay = what === 'late-tick' || what === 'stop';
          const next: RetrainEvent =
            what === 'made'
              ? made(++round, now)
              : what === 'failed'
                ? failed(++round, now)
                : what === 'tick' || what === 'late-tick'
                  ? ({ ...tick(now, isUnderWay), lastRound: round } as RetrainEvent)
                  : what === 'stop'
                    ? { type: 'stop', text: 'Stop.', isUnderWay, now }
                    : what === 'spent'
                      ? { type: 'spent', now }
                      : fired(now, what as Firing['trigger'], round);
          const before = state;
          const step = transition({ task, retrain }, before, next);
          state = step.state;
          expect(JSON.parse(JSON.stringify(state))).toEqual(state);
          const changed = step.effects.flatMap(effect => (effect.type === 'run' ? [effect.run] : []));
          for (const run of changed) {
            if (run.endedAt !== null) {
              expect(before.run?.id).toBe(run.id);
              expect(state.run).toBeNull();
              expect(run.ending).not.toBeNull();
              begun.at(-1)!.endedAt = run.endedAt;
            } else if (run.number > before.runs) {
              expect(before.run).toBeNull();
              expect(run.number).toBe(before.runs + 1);
              if (run.why.trigger !== 'by-hand') expect(restraintOf(retrain, before, now)).toBeNull();
              begun.push({ at: now, endedAt: null });
            }
            expect(run.rounds).toBeLessThanOrEqual(3);
          }
          expect(state.runs).toBe(begun.length);
          expect(begun.filter(each => each.endedAt === null).length).toBe(state.run ? 1 : 0);
          expect(state.suppressed.length).toBeLessThanOrEqual(8);
        }
      }),
      { numRuns: 300 },
    );
  });
});
