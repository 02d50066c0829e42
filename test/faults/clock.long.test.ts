import type { Clock } from '@murmuration/protocol/time/clock';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { scenes } from './scene.ts';

const open = scenes(afterEach);
const hour = 3_600_000;

/** A clock that somebody sets: what it shows jumps, while the time that timers wait for goes on. */
class SetClock implements Clock {
  jump = 0;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.jump;
  }

  at(time: number, wake: () => void): () => void {
    return this.#clock.at(time - this.jump, wake);
  }
}

describe('a clock that jumps', () => {
  it.each([
    ['an hour ahead', hour],
    ['an hour back', -hour],
    ['a year ahead', 365 * 24 * hour],
    ['to the year 1971', -54 * 365 * 24 * hour],
  ])('%s in the middle of a round, is survived, and the next round is like any other', async (_, jump) => {
    let set!: SetClock;
    const scene = await open({
      members: 1,
      task: { eligibility: { needs: ['idle'] } },
      clock: clock => {
        set = new SetClock(clock);
        return set;
      },
    });
    const [part] = await scene.begin();
    set.jump = jump;
    const stranger = await scene.stranger();
    await expect(stranger.checkIn({ conditions: {} })).resolves.toMatchObject({ decision: 'later' });
    expect((await scene.members[0]!.upload(part!, await scene.update())).status).toBe(200);
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { accepted: 4 } });

    // Set back, a clock puts the next round off by no more than the interval between rounds.
    await scene.next();
    await scene.members[0]!.checkIn();
    expect((await scene.members[0]!.assigned()).number).toBe(2);
    expect(await scene.finish(1)).toMatchObject({ number: 2, outcome: 'published', tally: { accepted: 3 } });
  });

  it.each(['gathering', 'updates'] as const)(
    'over the deadline of %s, ends the phase and nothing else',
    async phase => {
      const scene = await open({ members: 1, task: { cohort: { goal: 5, minimum: 3, overSelection: 1 } } });
      await scene.coordinator.start();
      if (phase === 'gathering') {
        await scene.clock.advance(24 * hour);
        const record = scene.records.length > 0 ? scene.records[0]! : await scene.finish(1);
        // Whoever had checked in was drawn, and had no time left, or the round went on with them.
        expect(['published', 'failed']).toContain(record.outcome);
      } else {
        await scene.clock.advance(60_001);
        await scene.phase('updates');
        await scene.clock.advance(24 * hour);
        await scene.until(() => scene.records.length > 0);
        expect(scene.records[0]).toMatchObject({ outcome: 'failed', failure: { during: 'updates' } });
      }
    },
  );
});
