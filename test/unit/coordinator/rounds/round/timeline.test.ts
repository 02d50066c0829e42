import { describe, expect, it } from 'vitest';
import { deviceId, openFederation, updateOf } from '../../server/federation.ts';

async function begun() {
  const federation = await openFederation({ task: { cohort: { goal: 3, minimum: 2, overSelection: 1.33 } } });
  const { rounds, clock } = federation;
  await rounds.start();
  await clock.advance(0);
  return federation;
}

const send = async (
  { rounds, channel }: Awaited<ReturnType<typeof begun>>,
  device: number,
  bytes = updateOf([1, 0, 0, 0]),
) => rounds.current!.accept(channel.assignments.get(deviceId(device))!.assignment, bytes);

describe('the phases of a round', () => {
  it('say when they were, what they waited for, and who was lost in which', async () => {
    const federation = await begun();
    const { clock, rounds, records } = federation;
    const startedAt = clock.now();
    await clock.advance(2_000);
    for (let i = 0; i < 4; i++) federation.checkIn(deviceId(i));
    await clock.advance(1_000);
    const drawnAt = startedAt + 2_000;
    expect(rounds.current!.phases.at(-1)).toMatchObject({
      phase: 'updates',
      startedAt: drawnAt,
      endedAt: null,
      late: 4,
    });
    await send(federation, 0);
    federation.disconnect(deviceId(1));
    await expect(send(federation, 2, updateOf([Number.NaN, 0, 0, 0]))).rejects.toThrow();
    await expect(send(federation, 2, updateOf([Number.NaN, 0, 0, 0]))).rejects.toThrow();
    await send(federation, 2);
    await clock.advance(60_000);
    const over = records[0]!;
    expect(over.phases).toEqual([
      {
        phase: 'gathering',
        startedAt,
        endedAt: drawnAt,
        deadline: startedAt + 10_000,
        goal: 4,
        minimum: 2,
        accepted: 4,
        rejected: 0,
        late: 0,
        lost: 0,
      },
      {
        phase: 'updates',
        startedAt: drawnAt,
        endedAt: drawnAt + 60_000,
        deadline: drawnAt + 60_000,
        goal: 3,
        minimum: 2,
        accepted: 2,
        rejected: 2,
        late: 1,
        lost: 1,
      },
      {
        phase: 'closing',
        startedAt: drawnAt + 60_000,
        endedAt: over.endedAt,
        deadline: null,
        goal: null,
        minimum: null,
        accepted: 2,
        rejected: 0,
        late: 0,
        lost: 0,
      },
    ]);
    expect(over.errors).toEqual({ 'update.not-finite': 2 });
    const { late, lost, rejected } = over.tally;
    expect([late, lost, rejected]).toEqual([1, 1, 2]);
    await rounds.stop();
  });

  it('count the message that ends one early', async () => {
    const federation = await begun();
    for (let i = 0; i < 4; i++) federation.checkIn(deviceId(i));
    await federation.clock.advance(0);
    for (const i of [0, 1, 2]) await send(federation, i);
    await federation.clock.advance(0);
    const [, updates] = federation.records[0]!.phases;
    expect(updates).toMatchObject({ phase: 'updates', accepted: 3, late: 1, lost: 0 });
    await federation.rounds.stop();
  });

  it('end with the round where it fails', async () => {
    const federation = await begun();
    await federation.clock.advance(10_000);
    const [{ phases, failure, endedAt }] = federation.records as [(typeof federation.records)[0]];
    expect(failure).toMatchObject({ during: 'gathering' });
    expect(phases).toMatchObject([{ phase: 'gathering', endedAt, accepted: 0 }]);
    await federation.rounds.stop();
  });
});
