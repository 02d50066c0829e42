import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { RoundUnderWay } from '@murmuration/rounds/rounds/round-under-way';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, openFederation, updateOf } from '../../server/federation.ts';

/** Seconds: a device is there for 40 of 120, and trains for 15. */
const [stay, every, training, lasting] = [40, 120, 15, 1_200];

/** How the rounds of twelve devices end that come and go, each at its own times. */
async function outcomes(cohort: TaskDefinition['cohort']): Promise<readonly string[]> {
  const federation = await openFederation({ task: { cohort } as Partial<TaskDefinition> });
  const { rounds, clock, channel, records } = federation;
  await rounds.start();
  const offsets = [...seededRandom(7)(12)].map(byte => Math.floor((byte * every) / 256));
  for (let second = 0; second < lasting; second++) {
    for (const [index, offset] of offsets.entries()) {
      const device = deviceId(index);
      const at = (second + offset) % every;
      const part = channel.assignments.get(device);
      const say = async (send: (driver: RoundUnderWay, assignment: AssignmentId) => Promise<unknown>) => {
        if (!part || !channel.assignments.delete(device)) return;
        await send(rounds.find(part.round, part.assignment)!, part.assignment);
      };
      // A round that is over takes nothing.
      const isOver = () => {};
      if (at === stay) {
        channel.connected.delete(device);
        federation.pool.remove(device);
        await say((driver, assignment) => driver.leave(device, assignment, 'stopped')).catch(isOver);
      } else if (at < stay && at % training === 0) {
        await say((driver, assignment) => driver.accept(assignment, updateOf([1, 0, 0, 0]))).catch(isOver);
        federation.checkIn(device);
      }
    }
    await clock.advance(1_000);
  }
  const ended = records.map(({ outcome }) => outcome);
  await rounds.stop();
  return ended;
}

describe('devices that come and go', () => {
  const share = (all: readonly string[]) => all.filter(each => each === 'published').length / all.length;

  it('fail rounds that they begin together, and none of those in which each begins when it comes', async () => {
    const together = await outcomes({ goal: 6, minimum: 4 });
    const each = await outcomes({ mode: 'asynchronous', goal: 6 });
    expect(together.length).toBeGreaterThan(10);
    expect(share(together)).toBeLessThan(0.4);
    expect(each.length).toBeGreaterThan(10);
    expect(share(each)).toBe(1);
  });
});
