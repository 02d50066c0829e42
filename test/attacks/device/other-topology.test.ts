import type { TaskOptions } from '@murmuration/client-sdk/client/options';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { layoutOf, type WeightSpec } from '@murmuration/protocol/weights/layout';
import { encodeModel, type ModelBytes } from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';
import { StillTrainer } from '../../unit/client-sdk/device.ts';
import { Victim } from './victim.ts';

/** The app gives up what is not attacked here. */
const floors = { masking: 'off', uploadSlot: 0, contributions: { day: 100, model: 100 } } as const;
const plain = { masking: null, uploadSlot: 0 };
const growable = { 'words/embeddings': 12, 'out/bias': 12, 'out/kernel': 12 };

interface Change {
  readonly rows?: number;
  readonly width?: number;
  readonly activation?: string;
  readonly value?: number;
  readonly bias?: number;
  readonly extra?: readonly WeightSpec[];
}

/** A small language model: `rows` words of `width` values, and an output for each. */
function modelOf({
  rows = 10,
  width = 4,
  activation = 'tanh',
  value = 1,
  bias = rows,
  extra = [],
}: Change = {}): ModelBytes {
  const layers = [
    { class_name: 'Embedding', config: { name: 'words', input_dim: rows, output_dim: width } },
    { class_name: 'LSTM', config: { name: 'cell', units: width, activation } },
    { class_name: 'TiedDense', config: { name: 'out', units: rows } },
  ];
  const layout = layoutOf([
    { name: 'words/embeddings', shape: [rows, width] },
    { name: 'cell/kernel', shape: [width, 4 * width] },
    { name: 'out/bias', shape: [bias] },
    ...extra,
  ]);
  return encodeModel(
    { class_name: 'Sequential', config: { layers } },
    layout,
    new Float32Array(layout.count).fill(value),
  );
}

/** No two have one name, not even of two coordinators of one device. */
let rounds = 0;

function victimOf(task: Partial<TaskOptions> = {}, setting: ConstructorParameters<typeof Victim>[0] = {}) {
  const trainer = new StillTrainer();
  let model = modelOf();
  trainer.result = async () => ({
    delta: new Float32Array(model.weights.length / 4),
    examples: 50,
    metrics: {},
  });
  const victim = new Victim({ floors, trainer, task, ...setting });
  const offered: string[] = [];
  victim.device.client.on('topology', event => offered.push(event.offered));
  /** How many updates the device gives for a round of this model: one or none. */
  const learns = async (next: ModelBytes, plan = plain): Promise<number> => {
    model = next;
    const path = modelPath(model.hash);
    victim.coordinator.files.set(path, model.json);
    victim.coordinator.files.set(path.replace('model.json', `${model.weightsHash}.bin`), model.weights);
    const before = victim.coordinator.uploads.length;
    rounds += 1;
    await victim.assign(`r${rounds}`, { ...plan, model: model.hash });
    return victim.coordinator.uploads.length - before;
  };
  return { victim, learns, offered };
}

describe('a coordinator that changes the model, so that its sum tells of one device', () => {
  it.each<[string, Change]>([
    ['another activation', { activation: 'relu' }],
    ['wider layers', { width: 5 }],
    ['more rows', { rows: 11 }],
    ['fewer rows', { rows: 9 }],
    ['a layer more', { extra: [{ name: 'trap/kernel', shape: [4, 4] }] }],
  ])('gets nothing for %s, and its weights are not even downloaded', async (_, change) => {
    const { victim, learns, offered } = victimOf();
    await victim.connect();
    expect(await learns(modelOf())).toBe(1);
    expect(await learns(modelOf({ value: 2 }))).toBe(1);
    const { downloads } = victim.coordinator;
    expect(await learns(modelOf(change))).toBe(0);
    expect([victim.floors, victim.left]).toEqual([['topology'], ['declined']]);
    expect(victim.coordinator.downloads).toBe(downloads + 1);
    expect(offered).toHaveLength(1);
    expect(await learns(modelOf({ value: 3 }))).toBe(1);
  });

  it('gets no key in a masked round, since the device declines before its first message', async () => {
    const { victim, learns } = victimOf({}, { floors: {} });
    await victim.connect();
    await learns(modelOf(), {} as typeof plain);
    expect(victim.coordinator.asked.keys).toHaveLength(1);
    await victim.device.client.stop();
    await victim.connect();
    await learns(modelOf({ activation: 'relu' }), {} as typeof plain);
    expect(victim.coordinator.asked.keys).toHaveLength(1);
    expect(victim.left.at(-1)).toBe('declined');
  });

  it('gets nothing after a restart, nor from a device that comes with a model of its app', async () => {
    const first = victimOf();
    await first.victim.connect();
    await first.learns(modelOf());
    const { storage } = first.victim;
    const again = victimOf({}, { storage });
    await again.victim.connect();
    expect(await again.learns(modelOf({ activation: 'relu' }))).toBe(0);
    const bundled = victimOf({ bundled: async () => modelOf() });
    await bundled.victim.connect();
    expect(await bundled.learns(modelOf({ activation: 'relu' }))).toBe(0);
  });

  it('gets an update once the app has given its word for that very shape', async () => {
    const { victim, learns, offered } = victimOf();
    await victim.connect();
    await learns(modelOf());
    await learns(modelOf({ activation: 'relu' }));
    const { client } = victim.device;
    await expect(client.acceptTopology('other', offered[0]!)).rejects.toMatchObject({ code: 'task.unknown' });
    await expect(client.acceptTopology('keyboard', 'yes')).rejects.toMatchObject({ code: 'options.invalid' });
    await client.acceptTopology('keyboard', offered[0]!);
    expect(await learns(modelOf({ activation: 'selu' }))).toBe(0);
    expect(await learns(modelOf({ activation: 'relu', value: 4 }))).toBe(1);
    expect(await learns(modelOf())).toBe(0);
  });

  it('gets an update for the model that a newer version of the app comes with', async () => {
    const first = victimOf();
    await first.victim.connect();
    await first.learns(modelOf());
    const { storage } = first.victim;
    const newer = victimOf({ bundled: async () => modelOf({ activation: 'relu' }) }, { storage });
    await newer.victim.connect();
    expect(await newer.learns(modelOf({ activation: 'relu', value: 2 }))).toBe(1);
    expect(await newer.learns(modelOf())).toBe(0);
  });
});

describe('a coordinator that adds rows', () => {
  it('gets updates up to the limit that the app named, and nothing else that it changes with them', async () => {
    const { victim, learns } = victimOf({ growable });
    await victim.connect();
    expect(await learns(modelOf())).toBe(1);
    expect(await learns(modelOf({ rows: 11 }))).toBe(1);
    expect(await learns(modelOf({ rows: 12 }))).toBe(1);
    for (const change of [
      { rows: 13 },
      { rows: 9 },
      { rows: 11, bias: 12 },
      { rows: 11, activation: 'relu' },
      { rows: 11, width: 5 },
    ])
      expect(await learns(modelOf(change)), JSON.stringify(change)).toBe(0);
    expect(await learns(modelOf({ rows: 11, value: 5 }))).toBe(1);
  });

  it('VG7: gets updates where columns are what an output of its own has more of, and not of both', async () => {
    const kernel = (rows: number, width = 4) => [{ name: 'out/kernel', shape: [width, rows] }];
    const { victim, learns } = victimOf({ growable });
    await victim.connect();
    expect(await learns(modelOf({ extra: kernel(10) }))).toBe(1);
    expect(await learns(modelOf({ rows: 12, extra: kernel(12) }))).toBe(1);
    for (const extra of [kernel(13), kernel(11), kernel(12, 5), []])
      expect(await learns(modelOf({ rows: 12, extra })), JSON.stringify(extra)).toBe(0);
  });
});
