import type { PlatformClient } from '@murmuration/client-sdk/node';
import type { RoundProgress } from '@murmuration/client-sdk/session/events';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { afterEach, describe, expect, it } from 'vitest';
import { lineClient } from '../e2e/line.ts';
import { scenes } from './scene.ts';

const open = scenes(afterEach);
const masked = {
  update: { kind: 'ring', clip: 1, bits: 12 },
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 6, minimum: 4, overSelection: 1 },
} as const;

/** Stops a client as soon as it comes to a phase of a round. */
function leavingAt(client: PlatformClient, at: RoundProgress['phase']): PlatformClient {
  client.on('round', ({ phase }) => {
    if (phase === at) void client.stop();
  });
  return client;
}

describe('a phone that leaves a masked round', () => {
  it.each<[RoundProgress['phase'], Partial<RoundRecord['tally']>]>([
    ['keys', { accepted: 5, lost: 1 }],
    ['shares', { accepted: 5, lost: 1 }],
    ['downloading', { accepted: 5, lost: 1 }],
    ['training', { accepted: 5, lost: 1 }],
    ['agreement', { accepted: 6 }],
    ['unmasking', { accepted: 6 }],
  ])('at %s is survived', async (phase, tally) => {
    const scene = await open({ healthy: 5, task: masked });
    const leaver = leavingAt(lineClient(scene.coordinator.url, 5), phase);
    await scene.join(leaver);
    await scene.begin();
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally });
  });

  it('while devices are gathered is missed by nobody', async () => {
    const scene = await open({ members: 1, task: { cohort: { goal: 4, minimum: 3, overSelection: 1 } } });
    scene.members[0]!.socket.disconnect();
    const begun = scene.coordinator.start();
    await begun;
    await scene.clock.advance(60_001);
    expect(await scene.finish()).toMatchObject({ outcome: 'published', tally: { cohort: 3, accepted: 3 } });
  });
});

describe('a whole cohort that leaves', () => {
  it('ends its round at once, and the next one has its devices', async () => {
    const scene = await open({
      healthy: 0,
      members: 4,
      task: { cohort: { goal: 4, minimum: 3, overSelection: 1 } },
    });
    const parts = await scene.begin();
    for (const [i, { round, assignment }] of parts.entries()) {
      if (i < 2) await scene.members[i]!.leave(round, assignment);
    }
    await scene.until(() => scene.records.length === 1);
    expect(scene.records[0]).toMatchObject({
      outcome: 'failed',
      model: null,
      failure: { during: 'updates' },
    });
    for (let index = 0; index < 4; index++) await scene.join(lineClient(scene.coordinator.url, index));
    await scene.next();
    expect(await scene.finish()).toMatchObject({ number: 2, outcome: 'published', tally: { accepted: 4 } });
  });

  it('by losing its connections ends its round at the deadline, and those who come back go on', async () => {
    const scene = await open({ members: 3 });
    const parts = await scene.begin();
    for (const { socket } of scene.members) socket.disconnect();
    await scene.until(() => scene.away === 3);
    const back = scene.members[0]!;
    await back.connect();
    await back.hello();
    expect(await back.assigned()).toEqual(parts[0]);
    expect((await back.upload(parts[0]!, await scene.update())).status).toBe(200);
    expect(await scene.finish(2)).toMatchObject({ outcome: 'published', tally: { accepted: 4, lost: 2 } });
  });
});
