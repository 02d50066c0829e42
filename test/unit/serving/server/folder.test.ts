import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layersContent } from '@murmuration/serving/runtime/runtime';
import { type FolderModels, folderModels } from '@murmuration/serving/source/folder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { denseModel, ModelFolder } from './models.ts';

let folder: ModelFolder;
let clock: VirtualClock;
let source: FolderModels;

beforeEach(async () => {
  folder = await ModelFolder.create();
  clock = new VirtualClock();
});

afterEach(async () => {
  await source?.close();
  await folder.remove();
});

const open = async () => {
  source = await folderModels(folder.path, clock);
  return source;
};
const manifest = (
  paths: readonly string[],
  weights: readonly object[] = [{ name: 'w', shape: [2], dtype: 'float32' }],
) => JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths, weights }] });
const whyNot = async (name: string) => {
  const model = await source.resolve(name);
  return source.content(model).then(
    () => 'read',
    (error: MurmurationError) => error.detail,
  );
};

describe('a folder of models', () => {
  it('has versions by number, latest and champion, or a single one', async () => {
    await folder.put('many', 2, await denseModel(1, 1));
    await folder.put('many', 10, await denseModel(1, 1));
    await folder.aliases('many', { champion: 2, gone: 7, latest: 2 });
    await folder.write('single/model.json', manifest(['w.bin']));
    await folder.write('single/w.bin', new Uint8Array(8));
    await folder.write('empty/readme.md', 'nothing');
    await folder.write('.hidden/1/model.json', '{}');
    await folder.write('many/01/model.json', '{}');
    await open();
    expect(await source.names()).toEqual(['many', 'single']);
    expect(await source.listing('many')).toEqual({
      name: 'many',
      versions: ['2', '10'],
      aliases: { champion: '2', latest: '10' },
      standard: 'champion',
    });
    expect((await source.resolve('many')).version).toBe('2');
    expect((await source.resolve('many', 'latest')).version).toBe('10');
    expect((await source.resolve('single')).version).toBe('1');
    const { files } = layersContent(await source.content(await source.resolve('single')));
    expect(files.weights).toEqual(Float32Array.of(0, 0));
  });

  it('takes weights in several groups and files', async () => {
    const weights = (name: string) => [{ name, shape: [1], dtype: 'float32' }];
    await folder.write(
      'm/model.json',
      JSON.stringify({
        format: 'layers-model',
        generatedBy: 'keras v2',
        modelTopology: {},
        weightsManifest: [
          { paths: ['a1.bin', 'a2.bin'], weights: weights('a') },
          { paths: ['b.bin'], weights: weights('b') },
        ],
      }),
    );
    const bytes = new Uint8Array(Float32Array.of(1.5, 2.5).buffer);
    await folder.write('m/a1.bin', bytes.subarray(0, 3));
    await folder.write('m/a2.bin', bytes.subarray(3, 4));
    await folder.write('m/b.bin', bytes.subarray(4));
    await open();
    const { files } = layersContent(await source.content(await source.resolve('m')));
    expect(files.weights).toEqual(Float32Array.of(1.5, 2.5));
  });

  it('tells what changed, and nothing else', async () => {
    await folder.putEcho('a', 1, []);
    await folder.putEcho('b', 1, []);
    await open();
    const changed: string[] = [];
    const cancel = source.watch(name => changed.push(name));
    await clock.advance(1_000);
    await folder.putEcho('a', 2, []);
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        return changed;
      })
      .toEqual(['a']);
    cancel();
  });

  it.each([
    ['half written', '{"champion": 1'],
    ['empty', ''],
    ['no object', 'null'],
  ])('keeps its aliases while their file is %s', async (_, text) => {
    await folder.putEcho('a', 1, []);
    await folder.putEcho('a', 2, []);
    await folder.aliases('a', { champion: 1 });
    await open();
    await folder.write('a/aliases.json', text);
    await folder.putEcho('a', 3, []);
    const looked = async () => {
      await clock.advance(1_000);
      return source.listing('a');
    };
    await expect.poll(looked).toMatchObject({ aliases: { champion: '1', latest: '3' } });
    await folder.aliases('a', {});
    await expect.poll(looked).toMatchObject({ aliases: { latest: '3' }, standard: 'latest' });
  });

  it.each([
    ['uint8', Uint8Array.of(0, 255), { scale: 0.5, min: -1 }, [-1, 126.5]],
    ['uint16', new Uint8Array(Uint16Array.of(3, 65_535).buffer), { scale: 2, min: 1 }, [7, 131_071]],
    ['float16', new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer), {}, [1, -2]],
  ] as const)('holds weights that are quantised as %s', async (dtype, bytes, more, expected) => {
    const weights = [{ name: 'w', shape: [2], dtype: 'float32', quantization: { dtype, ...more } }];
    await folder.write('m/model.json', manifest(['w.bin'], weights));
    await folder.write('m/w.bin', bytes);
    await open();
    const content = await source.content(await source.resolve('m'));
    expect([...layersContent(content).files.weights]).toEqual(expected);
  });

  it('reads a model into the memory of one that was given back, and no other', async () => {
    for (const [at, name] of ['a', 'b', 'c'].entries()) await folder.put(name, 1, await denseModel(8, 8, at));
    await open();
    const read = async (name: string) => layersContent(await source.content(await source.resolve(name)));
    const [a, b] = await Promise.all([read('a'), read('b')]);
    const before = a.files.weights.slice();
    expect(b.files.weights).not.toEqual(before);
    b.release?.();
    const c = await read('c');
    expect(c.files.weights.buffer).toBe(b.files.weights.buffer);
    expect(a.files.weights).toEqual(before);
    // Twice given back is given back once.
    b.release?.();
    expect((await read('b')).files.weights.buffer).not.toBe(c.files.weights.buffer);
    expect(c.files.weights[1]).toBe(3 / 8);
  });

  it('is refused where it is not there', async () => {
    await expect(folderModels(join(folder.path, 'none'), clock)).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });

  it('reads nothing outside of a model', async () => {
    await writeFile(join(folder.path, 'secret.bin'), new Uint8Array(8));
    await folder.write('up/model.json', manifest(['../secret.bin']));
    await folder.write('absolute/model.json', manifest([join(folder.path, 'secret.bin')]));
    await folder.write('linked/model.json', manifest(['w.bin']));
    await symlink(join(folder.path, 'secret.bin'), join(folder.path, 'linked/w.bin'));
    await folder.write('device/model.json', manifest(['w.bin']));
    await symlink('/dev/zero', join(folder.path, 'device/w.bin'));
    await mkdir(join(folder.path, 'folder/w.bin'), { recursive: true });
    await folder.write('folder/model.json', manifest(['w.bin']));
    await open();
    for (const name of ['up', 'linked', 'device'])
      expect(await whyNot(name)).toContain('outside of the folder');
    expect(await whyNot('absolute')).not.toBe('read');
    expect(await whyNot('folder')).toContain('is no file');
  });

  // biome-ignore format: one attack a line
  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /is no JSON/],
    ['no topology', '{"weightsManifest":[]}', /modelTopology/],
    ['a quantisation that is not known', manifest(['w.bin'], [{ name: 'w', shape: [2], dtype: 'float32', quantization: { dtype: 'int4', scale: 1, min: 0 } }]), /quantization/],
    ['fewer quantised weights than there are', manifest(['w.bin'], [{ name: 'w', shape: [7], dtype: 'float32', quantization: { dtype: 'uint8', scale: 1, min: 0 } }]), /has 8 bytes; 7 are the most/],
    ['weights of integers', manifest(['w.bin'], [{ name: 'w', shape: [2], dtype: 'int32' }]), /float32/],
    ['fewer weights than there are', manifest(['w.bin'], [{ name: 'w', shape: [1], dtype: 'float32' }]), /has 8 bytes; 4 are the most/],
    ['more weights than there are', manifest(['w.bin'], [{ name: 'w', shape: [3], dtype: 'float32' }]), /have 8 bytes; model.json describes 12/],
    ['more weights than any model has', manifest(['w.bin'], [{ name: 'w', shape: [4_000_000_000, 4_000_000_000], dtype: 'float32' }]), /A model has 1 to/],
    ['files that are not there', manifest(['v.bin']), /ENOENT|no such file/],
  ])('says of %s what is wrong', async (_, json, message) => {
    await folder.write('m/model.json', json);
    await folder.write('m/w.bin', new Uint8Array(8));
    await open();
    expect(await whyNot('m')).toMatch(message);
  });
});
