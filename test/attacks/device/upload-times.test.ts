import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf, layout, MemoryCoordinator } from '../../unit/client-sdk/memory-coordinator.ts';

const slot = 30_000;

const { model } = assignmentOf(new VirtualClock()).plan;
const zeros = new Uint8Array(4 * layout.count);
const control = { path: `/v1/models/${model}/${contentHash(zeros)}.bin`, bytes: zeros };

let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock();
});

/** A coordinator that takes so many ms for each file that trains or corrects. */
class SlowCoordinator extends MemoryCoordinator {
  readonly #clock: VirtualClock;
  readonly #delay: number;

  constructor(clock: VirtualClock, delay: number) {
    super(clock);
    this.#clock = clock;
    this.#delay = delay;
    this.files.set(control.path, control.bytes);
  }

  override async download(path: string): Promise<Uint8Array> {
    if (path.endsWith('.bin'))
      await new Promise<void>(resolve => this.#clock.at(this.#clock.now() + this.#delay, resolve));
    return super.download(path);
  }
}

/** When the update of a device arrives that trains for so long, ms after its assignment. */
async function uploadAfter(
  training: number,
  { uploadSlot = slot, seed = 1, download = 0, change = {} as Partial<Plan> } = {},
): Promise<number> {
  const coordinator = new SlowCoordinator(clock, download);
  const trainer = new StillTrainer();
  const { result } = trainer;
  trainer.result = async () => {
    await new Promise<void>(resolve => clock.at(clock.now() + training, resolve));
    return { ...(await result()), gradient: new Float32Array(layout.count) };
  };
  const tasks = { keyboard: { examples: () => ['a'], trainer } };
  const { client, errors } = deviceOn(coordinator, clock, memoryStorage(), tasks, seed);
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  const began = clock.now();
  let at = Number.NaN;
  coordinator.take = async () => {
    at = clock.now() - began;
  };
  coordinator.send('assignment', assignmentOf(clock, 'r1', { uploadSlot, ...change }));
  await clock.advance(10 * slot);
  expect(errors).toEqual([]);
  await client.stop();
  return at;
}

describe('a coordinator that measures how long devices train, which tells how much they have', () => {
  it('UP12: sees the same time, to the millisecond, of all that train for less than a slot', async () => {
    const times = [];
    for (const training of [0, 1, 12_345, slot - 1]) times.push(await uploadAfter(training));
    expect(new Set(times).size).toBe(1);
    expect(times[0]).toBeGreaterThanOrEqual(slot);
    expect(times[0]).toBeLessThan(2 * slot);
  });

  it('UP12: sees how many slots somebody took, and no more', async () => {
    const [one, two] = [await uploadAfter(slot + 1), await uploadAfter(2 * slot - 1)];
    expect(one).toBe(two);
    expect(one).toBeGreaterThanOrEqual(2 * slot);
    expect(one).toBeLessThan(3 * slot);
  });

  it.each<[string, Partial<Plan>]>([
    ['the model', {}],
    [
      'the model and what corrects steps',
      { control: { file: contentHash(zeros) as ModelHash, clip: 1, rounds: [] } },
    ],
  ])(
    'UP12: sees no part of a slot where it holds up %s, so that one ends in the middle of training',
    async (_, change) => {
      const files = change.control ? 2 : 1;
      for (const download of [10_000, 15_000, 20_000]) {
        const times = [];
        for (const training of [1_000, 12_345, slot - 1])
          times.push(await uploadAfter(training, { download, change }));
        expect(new Set(times).size, `${download}`).toBe(1);
        expect(times[0]).toBeGreaterThanOrEqual(files * download + slot);
      }
    },
  );

  it('UP12: does not find all devices of a slot at its beginning', async () => {
    const times = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) times.add(Math.floor((await uploadAfter(1, { seed })) / 3_000));
    expect(times.size).toBeGreaterThan(5);
  });

  it('UP12: sees each at once where the plan of a demonstration has no slots', async () => {
    expect(await uploadAfter(12_345, { uploadSlot: 0 })).toBe(12_345);
  });
});

describe('a device that leaves while it waits for its slot', () => {
  it('sends nothing', async () => {
    const coordinator = new MemoryCoordinator(clock);
    const tasks = { keyboard: { examples: () => ['a'], trainer: new StillTrainer() } };
    const { client } = deviceOn(coordinator, clock, memoryStorage(), tasks);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    coordinator.send('assignment', assignmentOf(clock, 'r1', { uploadSlot: slot }));
    await clock.advance(slot / 2);
    await client.stop();
    await clock.advance(10 * slot);
    expect(coordinator.uploads).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
