import type { Conditions } from '@murmuration/protocol/messages/check-in';
import { WaitingPool } from '@murmuration/rounds/population/waiting-pool';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, openFederation } from '../../server/federation.ts';

const checkIn = (conditions: Conditions = { idle: true }) => ({ task: 'values' as never, conditions });

describe('a check-in', () => {
  it('of an eligible device waits', async () => {
    const { checkIns, pool } = await openFederation();
    expect(checkIns.answer(deviceId(0), checkIn(), '0.1.0')).toEqual({ decision: 'waiting' });
    expect(pool.size).toBe(1);
  });

  it('takes the place of an earlier one: a device that is told to come later waits no more', async () => {
    const { checkIns, pool } = await openFederation({ task: { eligibility: { needs: ['idle'] } } });
    checkIns.answer(deviceId(0), checkIn(), '0.1.0');
    checkIns.answer(deviceId(0), checkIn(), '0.1.0');
    expect(pool.size).toBe(1);
    expect(checkIns.answer(deviceId(0), checkIn({ idle: false }), '0.1.0')).toMatchObject({
      decision: 'later',
      reason: expect.stringMatching(/idle/),
    });
    expect(pool.size).toBe(0);
  });

  it('comes later where enough devices wait, but not for one of these', async () => {
    const { checkIns, pool } = await openFederation();
    for (let i = 0; i < 50; i++)
      expect(checkIns.answer(deviceId(i), checkIn(), '0.1.0').decision).toBe('waiting');
    expect(checkIns.answer(deviceId(50), checkIn(), '0.1.0')).toMatchObject({ decision: 'later' });
    expect(checkIns.answer(deviceId(7), checkIn(), '0.1.0')).toEqual({ decision: 'waiting' });
    expect(pool.size).toBe(50);
  });

  it('comes later where no round begins soon, and then not before that round', async () => {
    const federation = await openFederation({ task: { schedule: { every: '1 h' } } });
    await federation.rounds.start();
    await federation.clock.advance(10_000);
    expect(federation.records).toHaveLength(1);
    const answer = federation.checkIn(deviceId(0));
    expect(answer).toMatchObject({ decision: 'later', reason: 'no round begins soon' });
    expect(answer).toHaveProperty('after', 3_590_000);
    await federation.clock.advance(3_530_000);
    expect(federation.checkIn(deviceId(0))).toEqual({ decision: 'waiting' });
    await federation.rounds.stop();
  });

  it('comes some seconds later while the device has a part in the round, however few devices there are', async () => {
    const federation = await openFederation();
    await federation.rounds.start();
    await federation.clock.advance(0);
    for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
    const answer = federation.checkIn(deviceId(0));
    expect(answer).toMatchObject({
      decision: 'later',
      reason: expect.stringMatching(/part in this round/),
    });
    expect((answer as { after: number }).after).toBeGreaterThanOrEqual(2_000);
    await federation.rounds.stop();
  });
});

describe('the pool', () => {
  it('tells of each change from outside, and gives each device out once', () => {
    let changes = 0;
    const pool = new WaitingPool(() => {
      changes += 1;
    });
    for (let i = 0; i < 6; i++) pool.add(deviceId(i));
    pool.remove(deviceId(0));
    pool.remove(deviceId(0));
    expect(changes).toBe(7);
    const random = seededRandom(1);
    const drawn = [...pool.draw(2, random), ...pool.draw(9, random)];
    expect(drawn.sort()).toEqual([1, 2, 3, 4, 5].map(deviceId));
    expect(pool.size).toBe(0);
    expect(changes).toBe(7);
  });
});
