import {
  initialSchedule,
  type ScheduleEffect,
  type ScheduleEvent,
  type ScheduleState,
  schedule,
} from '@murmuration/rounds/rounds/schedule';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const never = Number.POSITIVE_INFINITY;

const idle: ScheduleState = { ...initialSchedule, life: 'started' };
const states = {
  new: initialSchedule,
  idle,
  paused: { ...idle, pace: 'paused' },
  spent: { ...idle, budget: 'spent' },
  waiting: { ...idle, activity: { kind: 'waiting', for: 'schedule' } },
  asking: { ...idle, activity: { kind: 'waiting', for: 'query' } },
  running: { ...idle, activity: { kind: 'running' } },
  resumed: { ...initialSchedule, activity: { kind: 'running' } },
  stopping: { ...idle, life: 'stopped', activity: { kind: 'running' } },
  stopped: { ...idle, life: 'stopped' },
} satisfies Record<string, ScheduleState>;

const events = {
  started: { type: 'started' },
  moved: { type: 'moved' },
  looked: { type: 'looked', trainsAt: 9, asksAt: 9 },
  'looked, to ask': { type: 'looked', trainsAt: 9, asksAt: 5 },
  'looked, for nothing': { type: 'looked', trainsAt: never, asksAt: never },
  due: { type: 'due' },
  commanded: { type: 'commanded', isBetweenRuns: false },
  'commanded between runs': { type: 'commanded', isBetweenRuns: true },
  spent: { type: 'spent' },
  ended: { type: 'ended', hasChange: false },
  'ended, with new settings': { type: 'ended', hasChange: true },
  paused: { type: 'paused' },
  unpaused: { type: 'unpaused', recalls: true },
  'unpaused quietly': { type: 'unpaused', recalls: false },
  adjusted: { type: 'adjusted' },
  'run began': { type: 'runChanged', isBetweenRuns: false },
  'run ended': { type: 'runChanged', isBetweenRuns: true },
  stopped: { type: 'stopped' },
} satisfies Record<string, ScheduleEvent>;

const shown = (effect: ScheduleEffect) => Object.values(effect).join(' ');

/** Effects, and the activity after them if it is another; an event that is not listed leads to `otherwise`. */
const waiting = {
  otherwise: '',
  moved: 'cancel, look true → idle',
  due: 'begin schedule → running',
  commanded: 'cancel, begin command → running',
  'commanded between runs': 'refuse round.closed',
  ended: 'look true → idle',
  'ended, with new settings': 'takeOver, look true, recall → idle',
  paused: 'cancel, look false → idle',
  adjusted: 'cancel, takeOver, look true, recall → idle',
  'run began': 'cancel, look true, recall → idle',
  'run ended': 'cancel, look true → idle',
  stopped: 'cancel → idle',
};

const table: Record<
  keyof typeof states,
  Partial<Record<keyof typeof events, string>> & { readonly otherwise: string }
> = {
  new: {
    otherwise: '',
    commanded: 'refuse server.stopping',
    'commanded between runs': 'refuse server.stopping',
    'ended, with new settings': 'takeOver',
    adjusted: 'takeOver',
  },
  idle: {
    otherwise: 'look true',
    started: '',
    looked: 'wake 9 → waiting schedule',
    'looked, to ask': 'wake 5 → waiting query',
    'looked, for nothing': '',
    due: '',
    commanded: 'begin command → running',
    'commanded between runs': 'refuse round.closed',
    spent: '',
    'ended, with new settings': 'takeOver, look true, recall',
    paused: 'look false',
    unpaused: '',
    'unpaused quietly': '',
    adjusted: 'takeOver, look true, recall',
    'run began': 'look true, recall',
    stopped: '',
  },
  paused: {
    otherwise: 'look false',
    started: '',
    looked: 'wake 9 → waiting schedule',
    'looked, to ask': 'wake 5 → waiting query',
    'looked, for nothing': '',
    due: '',
    commanded: 'begin command → running',
    'commanded between runs': 'refuse round.closed',
    spent: '',
    'ended, with new settings': 'takeOver, look false, recall',
    unpaused: 'look true, give, recall',
    'unpaused quietly': 'look true, give',
    adjusted: 'takeOver, look false, recall',
    'run began': 'look false, recall',
    stopped: '',
  },
  spent: {
    otherwise: 'look false',
    started: '',
    looked: 'wake 9 → waiting schedule',
    'looked, to ask': 'wake 5 → waiting query',
    'looked, for nothing': '',
    due: '',
    commanded: 'refuse privacy.spent',
    'commanded between runs': 'refuse round.closed',
    spent: '',
    'ended, with new settings': 'takeOver, look true, recall',
    unpaused: '',
    'unpaused quietly': '',
    adjusted: 'takeOver, look true, recall',
    'run began': 'endRun',
    stopped: '',
  },
  waiting,
  asking: { ...waiting, due: 'begin query → running' },
  running: {
    otherwise: '',
    commanded: 'refuse round.under-way',
    'commanded between runs': 'refuse round.under-way',
    ended: 'look true → idle',
    'ended, with new settings': 'takeOver, look true, recall → idle',
    adjusted: 'announce',
    'run began': 'recall',
  },
  resumed: {
    otherwise: '',
    commanded: 'refuse server.stopping',
    'commanded between runs': 'refuse server.stopping',
    ended: ' → idle',
    'ended, with new settings': 'takeOver → idle',
    adjusted: 'announce',
  },
  stopping: {
    otherwise: '',
    started: 'refuse server.stopping',
    commanded: 'refuse server.stopping',
    'commanded between runs': 'refuse server.stopping',
    ended: ' → idle',
    'ended, with new settings': ' → idle',
    adjusted: 'announce',
  },
  stopped: {
    otherwise: '',
    started: 'refuse server.stopping',
    commanded: 'refuse server.stopping',
    'commanded between runs': 'refuse server.stopping',
    adjusted: 'takeOver, recall',
  },
};

describe.each(Object.entries(table))('the schedule, if it is %s', (name, does) => {
  const before: ScheduleState = states[name as keyof typeof states];

  it.each(Object.entries(events))('after %s', (event, given) => {
    const { state, effects } = schedule(before, given);
    const after =
      state.activity.kind === before.activity.kind ? '' : ` → ${Object.values(state.activity).join(' ')}`;
    expect(effects.map(shown).join(', ') + after).toBe(does[event as keyof typeof events] ?? does.otherwise);
  });
});

describe('the schedule of rounds', () => {
  const anyTime = fc.constantFrom(1, 5, 9, never);
  const anyEvent = fc.oneof(
    fc.constantFrom(...Object.values(events).filter(({ type }) => type !== 'looked')),
    fc.constant({ type: 'resumed' } as const),
  );
  const anyHistory = fc.array(fc.record({ event: anyEvent, trainsAt: anyTime, asksAt: anyTime }));

  it('loses no wake-up, begins no training while it is paused or spent, and stays stopped', () => {
    fc.assert(
      fc.property(anyHistory, history => {
        let state: ScheduleState = initialSchedule;
        let isSet = false;
        for (const { event, trainsAt, asksAt } of history) {
          const isOfTimer = event.type === 'due';
          const isOfRound = event.type === 'ended' || event.type === 'spent';
          // These come only from a timer, or a round, that is there; a round goes on only at the beginning.
          if (isOfTimer && !isSet) continue;
          if (isOfTimer) isSet = false;
          if (isOfRound && state.activity.kind !== 'running') continue;
          if (event.type === 'resumed' && state !== initialSchedule) continue;
          const before = state;
          let isLooked = false;
          let nextAt = never;
          const take = (taken: ScheduleEvent) => {
            const step = schedule(state, taken);
            ({ state } = step);
            for (const effect of step.effects)
              switch (effect.type) {
                case 'look':
                  isLooked = true;
                  nextAt = Math.min(effect.trains ? trainsAt : never, asksAt);
                  expect(effect.trains).toBe(state.pace === 'automatic' && state.budget === 'left');
                  take({ type: 'looked', trainsAt: effect.trains ? trainsAt : never, asksAt });
                  break;
                case 'wake':
                  expect(isSet).toBe(false);
                  expect(effect.at).toBe(nextAt);
                  isSet = true;
                  break;
                case 'cancel':
                  isSet = false;
                  break;
                case 'begin':
                  expect(before.life).toBe('started');
                  expect(before.activity.kind).not.toBe('running');
                  if (effect.occasion === 'schedule')
                    expect([before.pace, before.budget]).toEqual(['automatic', 'left']);
              }
          };
          take(event);
          expect(isSet).toBe(state.activity.kind === 'waiting');
          if (isLooked) expect(isSet).toBe(nextAt !== never);
          // A round that may begin later has been looked for.
          const hasCome = state.life !== before.life || state.activity.kind !== before.activity.kind;
          if (
            state.life === 'started' &&
            state.activity.kind === 'idle' &&
            hasCome &&
            event.type !== 'started'
          )
            expect(isLooked).toBe(true);
          if (before.life === 'stopped') {
            expect(state.life).toBe('stopped');
            expect(isSet).toBe(false);
          }
        }
      }),
    );
  });
});
