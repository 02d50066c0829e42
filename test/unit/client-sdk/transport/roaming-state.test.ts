import {
  atFront,
  type RoamingEvent,
  type RoamingState,
  step,
} from '@murmuration/client-sdk/transport/roaming-state';
import { describe, expect, it } from 'vitest';

const cell = new URL('https://cell-1.learn.example.org');
const checkIn = { task: 'line', conditions: {} } as never;
const sent: RoamingEvent = { type: 'sent', cell, ticket: 'a ticket', checkIn };
const arrived: RoamingEvent = { type: 'arrived', at: 'cell' };

/** The state after some events at 1 s, and what the last one has led to. */
function after(...events: RoamingEvent[]) {
  return events.reduce((last, event) => step(last.state, event, 1_000), {
    state: atFront,
    effects: [],
  } as ReturnType<typeof step>);
}

const states: Record<string, RoamingState> = {
  'at the front': atFront,
  'at a cell': after(sent, arrived).state,
  'in a round': after(sent, arrived, { type: 'named', longest: 2_000 }).state,
  'looking for its round': after(sent, arrived, { type: 'named', longest: 2_000 }, { type: 'lost' }).state,
};

describe('TK3: a step of a device between fronts and cells', () => {
  it.each(Object.entries(states))('leaves it %s where an answer of an earlier turn comes', (_, state) => {
    const turn = state.turn - 1;
    for (const late of [
      { ...sent, turn },
      { type: 'welcomed', turn },
      { type: 'put-off', turn, after: 0 },
      { type: 'refused', turn },
    ] as const)
      expect(step(state, late, 2_000)).toEqual({ state, effects: [] });
  });

  it.each(Object.entries(states))('ends %s at the front, in no round, when it is closed', (_, state) => {
    const closed = step(state, { type: 'closed' }, 2_000);
    expect(closed.state).toMatchObject({ at: 'front', part: { type: 'none' }, turn: state.turn + 1 });
    expect(closed.effects).toEqual([{ type: 'stop-waiting' }]);
  });

  it('looks for a named round from a loss on, in turns that its cohort has time for', () => {
    let state = states['in a round']!;
    const waits = [];
    for (let visit = 0; visit < 3; visit++) {
      const lost = step(state, { type: 'lost' }, 1_000);
      waits.push(...lost.effects);
      state = step(step(lost.state, sent, 1_000).state, arrived, 1_000).state;
    }
    expect(waits).toEqual(
      [500, 1_000, 2_000].map(ms => ({ type: 'move', wait: { ms, isAbout: true, since: 1_500 } })),
    );
    expect(state.part).toEqual({ type: 'sought', unnamed: 0, longest: 2_000 });
  });
});
