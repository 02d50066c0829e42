import { describe, expect, it } from 'vitest';
import { deviceId, openFederation } from '../../server/federation.ts';

/** Five devices are drawn; each leaves for its reason, if it has one. */
async function leaving(...reasons: readonly string[]) {
  const federation = await openFederation();
  const told: unknown[] = [];
  federation.events.on('left', (task, reason) => told.push([task, reason]));
  await federation.rounds.start();
  for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
  await federation.clock.advance(0);
  const parts = [...federation.channel.assignments.entries()];
  const driver = federation.rounds.current!;
  for (const [i, reason] of reasons.entries()) {
    const [device, { assignment }] = parts[i]!;
    await driver.leave(device, assignment, reason);
    // What is said twice counts once.
    await driver.leave(device, assignment, reason).catch(() => {});
  }
  await federation.clock.advance(0);
  return { federation, told };
}

describe('why devices leave a round', () => {
  it('is counted by code, and said in the reason of the round that fails for it', async () => {
    const { federation, told } = await leaving(...Array.from({ length: 4 }, () => 'training.failed'));
    expect(federation.records).toMatchObject([
      {
        outcome: 'failed',
        left: { 'training.failed': 4 },
        failure: {
          reason: expect.stringMatching(
            /^Too many devices left: .* Devices that left gave as reasons: training\.failed \(4\)\.$/,
          ),
        },
      },
    ]);
    expect(told).toEqual(Array.from({ length: 4 }, () => [federation.task.name, 'training.failed']));
    await federation.rounds.stop();
  });

  it('is never a text of the device', async () => {
    const { federation, told } = await leaving('Ada lives in Zurich', '__proto__', 'busy', 'data.row');
    expect(federation.records[0]?.left).toEqual({ other: 2, busy: 1, 'data.row': 1 });
    expect(JSON.stringify([federation.records, told])).not.toMatch(/Ada|proto/);
    await federation.rounds.stop();
  });
});
