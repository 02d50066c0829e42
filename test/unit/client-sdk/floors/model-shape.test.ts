import { ModelShape, type OtherShape } from '@murmuration/client-sdk/floors/model-shape';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { describe, expect, it } from 'vitest';

const modelOf = (rows: number, columns = rows, topology: unknown = { units: rows, name: 'next' }) => ({
  topology: topology as object,
  layout: layoutOf([
    { name: 'embedding', shape: [rows, 4] },
    { name: 'kernel', shape: [4, columns] },
  ]),
});

function shapeOf({
  growable = {},
  bundled = undefined as object | undefined,
  storage = memoryStorage(),
  task = 'keyboard',
} = {}) {
  const refused: OtherShape[] = [];
  const shape = new ModelShape({
    ...{ storage, task: task as TaskName, growable },
    bundled: async () => bundled as never,
    refused: other => refused.push(other),
  });
  return { shape, refused, storage };
}
const other = 'The model has another shape than the first one of its task. [plan.below-floor]';
const growable = { embedding: 12, kernel: 12 };
const nine = { units: 9, name: 'next' };

describe('the shape of the models of a task', () => {
  it('is that of the first one, until the app takes another', async () => {
    const { shape, refused, storage } = shapeOf();
    await shape.require(modelOf(8));
    await shape.require(modelOf(8));
    await expect(shape.require(modelOf(9))).rejects.toThrow(other);
    await expect(shape.require(modelOf(9))).rejects.toMatchObject({ floor: 'topology' });
    const [{ pinned, offered }] = refused as [OtherShape];
    expect(new Set([pinned, offered]).size).toBe(2);
    await shape.accept(pinned);
    await expect(shape.require(modelOf(9))).rejects.toThrow(other);
    await shape.accept(offered);
    await shape.require(modelOf(9));
    expect(await storage.get('accepted-shape.keyboard')).toBeUndefined();
    await expect(shape.require(modelOf(8))).rejects.toThrow(other);
    expect(refused.at(-1)).toEqual({ pinned: offered, offered: pinned });
  });

  it('is taken by its hash alone', async () => {
    await expect(shapeOf().shape.accept('yes')).rejects.toThrow(
      'A shape is named by 64 hexadecimal digits, those of a topology event. [options.invalid]',
    );
  });

  it('is that of the bundled model, where the app has one', async () => {
    const { topology, layout } = modelOf(8);
    const bundled = { topology, tensors: layout.tensors };
    const { shape, refused, storage } = shapeOf({ bundled });
    await expect(shape.require(modelOf(9))).rejects.toThrow(other);
    expect(refused).toHaveLength(1);
    await shape.require(modelOf(8));
    // An update of the app may bring another.
    const { shape: later } = shapeOf({
      bundled: { topology: nine, tensors: modelOf(9).layout.tensors },
      storage,
    });
    await later.require(modelOf(9));
    await later.require(modelOf(9));
  });

  it('is of each task by itself, and its lists are no objects', async () => {
    const { shape, storage } = shapeOf();
    await shape.require(modelOf(8, 8, [8, 'next']));
    await expect(shape.require(modelOf(8, 8, { 0: 8, 1: 'next' }))).rejects.toThrow(other);
    await shapeOf({ storage, task: 'digits' }).shape.require(modelOf(9));
    await shape.require(modelOf(8, 8, [8, 'next']));
  });

  it('is the next one after a damaged record', async () => {
    const { shape, storage } = shapeOf();
    await storage.put('shape.keyboard', utf8('{'));
    await shape.require(modelOf(9));
    await expect(shape.require(modelOf(8))).rejects.toThrow(other);
  });

  // biome-ignore format: one model a line
  it.each<[string, ReturnType<typeof modelOf>, object, boolean]>([
    ['more rows and columns, as many as the app allows', modelOf(12), growable, true],
    ['one more than it allows', modelOf(13), growable, false],
    ['more rows, where only columns may grow', modelOf(9, 8), { kernel: 12 }, false],
    ['more rows and columns than one another', modelOf(9, 10, { units: 8, name: 'next' }), growable, false],
    ['fewer rows', modelOf(7), growable, false],
    ['more rows of a tensor by a name that each object has', modelOf(9), {}, false],
    ['another number in its topology', modelOf(9, 9, { units: 10, name: 'next' }), growable, false],
    ['its old number in its topology', modelOf(9, 9, { units: 8, name: 'next' }), growable, true],
    ['another text in its topology', modelOf(8, 8, { units: 8, name: 'x' }), growable, false],
    ['another field in its topology', modelOf(8, 8, { units: 8, names: 'next' }), growable, false],
    ['one more field in its topology', modelOf(8, 8, { units: 8, name: 'next', more: 1 }), growable, false],
    ['nothing in its topology', modelOf(8, 8, { units: 8, name: null }), growable, false],
    ['a list in its topology', modelOf(8, 8, [8, 'next']), growable, false],
    ['an object with the places of a list', modelOf(8, 8, { 0: 8, 1: 'next' }), growable, false],
    ['one tensor less', { ...modelOf(8), layout: layoutOf([{ name: 'embedding', shape: [8, 4] }]) }, growable, false],
    ['one tensor more', { ...modelOf(8), layout: layoutOf([...modelOf(8).layout.tensors, { name: 'x', shape: [1] }]) }, growable, false],
    ['a tensor of another name', { ...modelOf(8), layout: layoutOf([{ name: 'x', shape: [8, 4] }, { name: 'kernel', shape: [4, 8] }]) }, growable, false],
    ['a tensor of another rank', { ...modelOf(8), layout: layoutOf([{ name: 'embedding', shape: [8, 4, 1] }, { name: 'kernel', shape: [4, 8] }]) }, growable, false],
    ['a tensor that grows in both directions', { ...modelOf(8), layout: layoutOf([{ name: 'embedding', shape: [9, 9] }, { name: 'kernel', shape: [4, 8] }]) }, growable, false],
  ])('with %s', async (_, model, grows, fits) => {
    const { shape } = shapeOf({ growable: grows });
    await shape.require(modelOf(8));
    const taken = shape.require(model).then(() => true, () => false);
    expect(await taken).toBe(fits);
  });
});
