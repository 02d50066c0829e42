import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { lowFloors } from '../../unit/client-sdk/device.ts';
import { assignmentOf, id } from '../../unit/client-sdk/memory-coordinator.ts';
import { Told } from './answering.ts';
import { fair, Victim } from './victim.ts';

/** Gives the device a part of that name in the round. */
async function assign(victim: Victim, name: string): Promise<Assignment> {
  const assignment = { ...assignmentOf(victim.clock, 'r1', fair), assignment: id<AssignmentId>(name) };
  victim.coordinator.send('assignment', assignment);
  await victim.clock.advance(0);
  return assignment;
}

/** Has the device send its masked update in that part. */
async function contributed(victim: Victim, name: string): Promise<Told> {
  const told = new Told(victim, await assign(victim, name));
  await told.untilUpload();
  return told;
}

async function opened(told: Told): Promise<void> {
  await told.tell('survivors', told.peers.statement());
  await told.tell('agreed', told.peers.agreed(told.peers.statement()));
}

// Its draws follow the round: it would send the same values twice, and two sums that differ by one device would tell those of that one.
describe('RD19: a coordinator that gives a device two parts in one masked round, as if it were in two groups or cells', () => {
  it.each([
    ['once its first sum is open', {}, true],
    ['before that', {}, false],
    ['whatever the app says of contributions', { contributions: { day: Infinity, model: Infinity } }, true],
  ])('gets one update and one reveal, %s', async (_, floors, isOpened) => {
    const victim = await new Victim({ floors: { ...lowFloors, ...floors } }).connect();
    const told = await contributed(victim, 'first');
    if (isOpened) await opened(told);
    const { given } = victim;
    await assign(victim, 'second');
    await victim.clock.advance(1_000);
    expect(victim.given).toBe(given);
    expect(victim.left).toContain('round.begun');
  });

  it('gets no second one by a restart', async () => {
    const storage = memoryStorage();
    const first = await new Victim({ floors: lowFloors, storage }).connect();
    await contributed(first, 'first');
    await first.device.client.stop();
    const again = await new Victim(
      { floors: lowFloors, storage },
      new VirtualClock(first.clock.now()),
    ).connect();
    await assign(again, 'second');
    await again.clock.advance(1_000);
    expect([again.given, again.left]).toEqual([0, ['round.begun']]);
  });

  it('is given an update in the second part where the first has sent none', async () => {
    const victim = await new Victim({ floors: lowFloors }).connect();
    await assign(victim, 'first');
    await contributed(victim, 'second');
    expect(victim.coordinator.uploads).toHaveLength(1);
  });
});
