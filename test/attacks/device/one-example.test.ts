import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import { describe, expect, it } from 'vitest';
import { StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf, layout } from '../../unit/client-sdk/memory-coordinator.ts';
import { hour, Victim } from './victim.ts';

const { training } = assignmentOf({ now: () => 0, at: () => () => {} }).plan;
/** The app gives up what is not attacked here. */
const floors = { masking: 'off', uploadSlot: 0 } as const;
const plain = { masking: null, uploadSlot: 0 };

/** Keeps the seeds that it was told to draw with. */
class Drawing extends StillTrainer {
  readonly seeds: number[] = [];

  override train(...args: Parameters<Trainer['train']>) {
    this.seeds.push((args[1] as TrainingSettings).seed);
    return super.train(...args);
  }
}

describe('a coordinator that wants to know one example', () => {
  it('gets nothing for a plan that trains on one', async () => {
    const victim = await new Victim({ floors }).connect();
    await victim.assign('r1', { ...plain, training: { ...training, maxExamples: 1 } });
    expect([victim.floors, victim.given, victim.left]).toEqual([['leastExamples'], 0, ['declined']]);
  });

  it('gets nothing from a device that has few, not even a check-in', async () => {
    let count = 31;
    const task = { examples: () => Array.from({ length: count }) };
    const victim = await new Victim({ floors, task }).connect();
    await victim.clock.advance(hour);
    expect(victim.checkIns).toBe(0);
    await victim.assign('r1', plain);
    expect([victim.floors, victim.given]).toEqual([['leastExamples'], 0]);
    count = 32;
    await victim.clock.advance(hour);
    expect(victim.checkIns).toBe(1);
    await victim.assign('r2', plain);
    expect(victim.given).toBe(1);
  });

  it('gets nothing where the trainer used few of them', async () => {
    const trainer = new StillTrainer();
    trainer.result = async () => ({ delta: new Float32Array(layout.count), examples: 1, metrics: {} });
    const victim = await new Victim({ floors, trainer }).connect();
    await victim.assign('r1', plain);
    expect([victim.floors, victim.given, victim.left]).toEqual([['leastExamples'], 0, ['declined']]);
  });
});

describe('a coordinator that chooses by the seed of its plan which examples are drawn', () => {
  it('has two devices with equal seeds and data draw differently', async () => {
    const trainers = [new Drawing(), new Drawing()];
    for (const [seed, trainer] of trainers.entries())
      await (await new Victim({ floors, trainer, seed: seed + 1 }).connect()).assign('r1', plain);
    const [[first], [second]] = trainers.map(({ seeds }) => seeds) as [number[], number[]];
    expect(first).not.toBe(second);
    for (const seed of [first, second]) expect(seed).not.toBe(training.seed + 1);
  });

  it('changes nothing by that seed, and learns nothing for the next round', async () => {
    const drawn = async (round: string, seed: number) => {
      const trainer = new Drawing();
      const victim = await new Victim({ floors, trainer }).connect();
      await victim.assign(round, { ...plain, training: { ...training, seed } });
      return trainer.seeds[0];
    };
    expect(await drawn('r1', 5)).toBe(await drawn('r1', 6));
    expect(await drawn('r1', 5)).not.toBe(await drawn('r2', 5));
  });

  it('has a device that restarts in a round draw the same again', async () => {
    const [before, after] = [new Drawing(), new Drawing()];
    before.result = () => new Promise(() => {});
    const first = await new Victim({ floors, trainer: before }).connect();
    await first.assign('r1', plain);
    const { storage, clock } = first;
    const second = await new Victim({ floors, trainer: after, storage, seed: 9 }, clock).connect();
    await second.assign('r1', plain);
    expect(after.seeds).toEqual(before.seeds);
    expect(second.given).toBe(1);
  });
});
