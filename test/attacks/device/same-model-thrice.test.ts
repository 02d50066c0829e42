import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';
import { assignmentOf, id, layout } from '../../unit/client-sdk/memory-coordinator.ts';
import { day, fair, hour, Victim } from './victim.ts';

/** The app gives up what is not attacked here. */
const floors = { masking: 'off', uploadSlot: 0 } as const;
const plain = { masking: null, uploadSlot: 0 };

/** Publishes a model of other weights. */
function another(victim: Victim, value: number): ModelHash {
  const model = encodeModel({ class_name: 'Sequential' }, layout, new Float32Array(8).fill(value));
  const path = modelPath(model.hash);
  victim.coordinator.files.set(path, model.json);
  victim.coordinator.files.set(path.replace('model.json', `${model.weightsHash}.bin`), model.weights);
  return model.hash;
}

const uploads = ({ coordinator }: Victim): number => coordinator.uploads.length;

describe('a coordinator that asks for the same model thrice', () => {
  it('gets two updates, and no word of why', async () => {
    const victim = await new Victim({ floors }).connect();
    for (const round of ['r1', 'r2', 'r3']) await victim.assign(round, plain);
    expect([uploads(victim), victim.floors, victim.left]).toEqual([2, ['contributions'], ['declined']]);
    await victim.clock.advance(365 * day);
    await victim.assign('r4', plain);
    expect(uploads(victim)).toBe(2);
    await victim.assign('r5', { ...plain, model: another(victim, 2) });
    expect(uploads(victim)).toBe(3);
  });

  it('gets no third one after a restart, nor by refusing the first two', async () => {
    const first = await new Victim({ floors }).connect();
    first.coordinator.take = () => Promise.reject(new MurmurationError('update.malformed'));
    await first.assign('r1', plain);
    await first.device.client.stop();
    const { storage, clock } = first;
    const second = await new Victim({ floors, storage }, clock).connect();
    await second.assign('r2', plain);
    await second.assign('r3', plain);
    expect([uploads(first), uploads(second), second.floors]).toEqual([1, 1, ['contributions']]);
  });

  it('RD19: gets no more by one name for the parts of several rounds', async () => {
    const victim = await new Victim({ floors }).connect();
    for (const round of ['r1', 'r2', 'r3']) {
      const assignment = {
        ...assignmentOf(victim.clock, round, { ...fair, ...plain }),
        assignment: id<AssignmentId>('a'),
      };
      victim.coordinator.send('assignment', assignment);
      await victim.clock.advance(0);
      victim.coordinator.send('round-end', {
        round: assignment.round,
        outcome: 'failed',
        reason: '',
        after: 0,
      });
    }
    expect(uploads(victim)).toBe(1);
    expect(victim.left).toEqual(['round.begun', 'round.begun']);
  });

  it('RD19: gets no third one by calling the model another one, to a device that was restarted before it sent', async () => {
    const slow = {
      floors: { masking: 'off', contributions: { model: 1 } },
      storage: memoryStorage(),
    } as const;
    const killed = await new Victim(slow).connect();
    const sent = await killed.assign('r1', { masking: null });
    await expect.poll(() => slow.storage.get('session.keyboard')).toBeDefined();
    const victim = await new Victim(slow, new VirtualClock(killed.clock.now())).connect();
    await victim.assign('r1', { masking: null, model: another(victim, 2) });
    await victim.clock.advance(hour / 6);
    expect([uploads(killed), uploads(victim)]).toEqual([0, 1]);
    victim.coordinator.send('round-end', { round: sent.round, outcome: 'failed', reason: '', after: 0 });
    await victim.assign('r2', { masking: null });
    expect(victim.floors).toEqual(['contributions']);
  });

  it('gets one update as often as it wants', async () => {
    const victim = await new Victim({ floors, task: {} }).connect();
    let tries = 0;
    victim.coordinator.take = async () => {
      tries += 1;
      if (tries < 5) throw new MurmurationError('server.unreachable');
    };
    await victim.assign('r1', plain);
    await victim.clock.advance(hour / 6);
    expect(uploads(victim)).toBe(5);
    await victim.assign('r2', plain);
    expect([uploads(victim), victim.floors]).toEqual([6, []]);
  });
});

describe('a coordinator that calls a round after the other', () => {
  async function tired() {
    const victim = await new Victim({ floors }).connect();
    for (let i = 0; i < 4; i++) await victim.assign(`r${i}`, { ...plain, model: another(victim, 10 + i) });
    expect(uploads(victim)).toBe(4);
    return victim;
  }

  it('gets four updates a day', async () => {
    const victim = await tired();
    await victim.assign('r5', { ...plain, model: another(victim, 20) });
    expect([uploads(victim), victim.floors]).toEqual([4, ['contributions']]);
    const before = victim.checkIns;
    await victim.clock.advance(day - 1);
    expect(victim.checkIns).toBe(before);
    await victim.clock.advance(1);
    expect(victim.checkIns).toBe(before + 1);
    await victim.assign('r6', { ...plain, model: another(victim, 21) });
    expect(uploads(victim)).toBe(5);
  });

  it('gets no more by a clock that was set back', async () => {
    const { storage } = await tired();
    const earlier = await new Victim({ floors, storage }, new VirtualClock(0)).connect();
    expect(earlier.clock.now()).toBe(0);
    expect(earlier.checkIns).toBe(0);
    await earlier.clock.advance(day);
    expect(earlier.checkIns).toBe(1);
  });
});
