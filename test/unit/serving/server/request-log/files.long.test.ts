import { appendFile, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attributesOf } from '@murmuration/serving/request-log/event';
import { logFiles } from '@murmuration/serving/request-log/files/folder';
import { CloudEvent } from 'cloudevents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PackedProcess } from '../../../../e2e/processes.ts';
import { canMount, fill, mountSmall, unfill, unmount } from '../../../../small-disk.ts';
import { eventOf, eventsOf, LogFolder } from './log-folder.ts';

let world: LogFolder;

beforeEach(async () => {
  world = await LogFolder.create();
});

afterEach(() => world.remove());

const ids = (lines: readonly (readonly string[])[]) =>
  lines
    .flat()
    .map(line => JSON.parse(line))
    .filter(({ id }) => /^r\d+$/.test(id))
    .map(({ id }) => id);
const idsOf = (from: number, to: number) => eventsOf(from, to).map(event => attributesOf(event).id);

describe('a log in files', () => {
  it.each(['off', 'open', 'keyed'] as const)(
    'has a line for each event that CloudEvents takes (%s)',
    async chain => {
      const log = await world.open({ chain });
      await log.write(eventsOf(0, 10));
      await log.write(eventsOf(10, 20));
      await log.close();
      const lines = await world.lines();
      expect(ids(lines)).toEqual(idsOf(0, 20));
      for (const [index, line] of lines.flat().entries()) {
        const event = new CloudEvent(JSON.parse(line));
        expect(event.validate()).toBe(true);
        expect(Number(event.sequence)).toBe(index);
      }
      expect(await world.verify(chain)).toMatchObject({ chain, files: 1, lines: 21, problem: null });
    },
  );

  it('begins a new file when one is large or old, and packs the one before', async () => {
    const log = await world.open({ size: 2_000, gzip: true });
    for (let i = 0; i < 30; i += 5) await log.write(eventsOf(i, i + 5));
    const before = (await logFiles(world.folder)).length;
    expect(before).toBeGreaterThan(2);
    await world.clock.advance(86_400_000);
    await log.write([eventOf(30)]);
    expect((await logFiles(world.folder)).length).toBe(before + 1);
    await log.close();
    const files = await logFiles(world.folder);
    expect(files.map(({ isPacked }) => isPacked)).toEqual([...files.slice(1).map(() => true), false]);
    expect(ids(await world.lines())).toEqual(idsOf(0, 31));
    expect(await world.verify('open')).toMatchObject({ files: files.length, problem: null });
    expect(world.faults).toEqual([]);
  });

  it('begins a new file in time though nothing is written, so that no line outlives its day', async () => {
    const log = await world.open({ age: 3_600_000, keepFor: 7_200_000 });
    await log.write([eventOf(1)]);
    const later = async () => {
      await world.clock.advance(3_600_000);
      return ids(await world.lines());
    };
    await expect.poll(later).toEqual([]);
    await log.close();
    expect(await world.verify('open')).toMatchObject({ problem: null });
  });

  it('deletes the oldest files beyond what is kept, and the rest still verifies', async () => {
    const log = await world.open({ size: 1_000, keepBytes: 5_000, chain: 'keyed' });
    for (let i = 0; i < 60; i += 3) await log.write(eventsOf(i, i + 3));
    await log.close();
    const files = await logFiles(world.folder);
    const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
    // What is there when a file begins, and that file.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(8_000);
    expect(files[0]?.number).toBeGreaterThan(1);
    const result = await world.verify('keyed');
    expect(result).toMatchObject({ retired: files[0]!.number - 1, problem: null });
    const kept = ids(await world.lines());
    expect(kept).toEqual(idsOf(60 - kept.length, 60));
  });

  it('is one process’s own', async () => {
    const log = await world.open();
    await expect(world.open()).rejects.toMatchObject({ code: 'storage.in-use' });
    await log.close();
    await (await world.open()).close();
  });

  it('is not gone on with by another chain', async () => {
    await (await world.open({ chain: 'open' })).close();
    for (const chain of ['off', 'keyed'] as const)
      await expect(world.open({ chain })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('goes on after a restart in a new file, the chain with it', async () => {
    for (let i = 0; i < 30; i += 10) {
      const log = await world.open({ chain: 'keyed' });
      await log.write(eventsOf(i, i + 10));
      await log.close();
    }
    expect(ids(await world.lines())).toEqual(idsOf(0, 30));
    expect(await world.verify('keyed')).toMatchObject({ files: 3, lines: 33, problem: null });
  });
});

describe('a process that ends in the middle of a line', () => {
  it('leaves all lines before it, wherever it ended', async () => {
    const log = await world.open({ chain: 'keyed' });
    await log.write(eventsOf(0, 3));
    await log.close();
    const [file] = await logFiles(world.folder);
    const whole = await readFile(file!.path);
    const lines = whole.toString('latin1').split('\n');
    const lastLine = lines.at(-2)!.length + 1;
    for (let missing = 1; missing < lastLine; missing += 7) {
      const torn = await LogFolder.create();
      await (await torn.open({ chain: 'keyed' })).close();
      await writeFile((await logFiles(torn.folder))[0]!.path, whole.subarray(0, whole.length - missing));
      expect(await torn.verify('keyed')).toMatchObject({ torn: lastLine - missing, problem: null });
      const again = await torn.open({ chain: 'keyed' });
      await again.write(eventsOf(3, 5));
      await again.close();
      expect(ids(await torn.lines())).toEqual(['r0', 'r1', 'r3', 'r4']);
      expect(await torn.verify('keyed')).toMatchObject({ torn: 0, problem: null });
      // It says that it did.
      expect(JSON.parse((await torn.lines())[1]![0]!).data).toMatchObject({ recovered: lastLine - missing });
      await torn.remove();
    }
  });

  it('leaves a log that goes on, also where a file had only begun', async () => {
    const log = await world.open({ size: 1 });
    await log.write([eventOf(0)]);
    await log.write([eventOf(1)]);
    await log.close();
    const last = (await logFiles(world.folder)).at(-1)!;
    for (const length of [0, 20]) {
      await truncate(last.path, length);
      const again = await world.open({ size: 1 });
      await again.close();
      expect(await world.verify('open')).toMatchObject({ problem: null });
    }
    expect(ids(await world.lines())).toEqual(['r0']);
  });

  it('leaves a log that was being packed', async () => {
    const log = await world.open({ size: 1 });
    for (let i = 0; i < 3; i++) await log.write([eventOf(i)]);
    await log.close();
    const [first] = await logFiles(world.folder);
    await writeFile(`${first!.path}.gz`, 'half of it');
    await writeFile(`${first!.path}.gz.part`, 'less');
    await (await world.open({ gzip: true })).close();
    expect((await readdir(world.folder)).filter(name => name.endsWith('.part'))).toEqual([]);
    expect(ids(await world.lines())).toEqual(['r0', 'r1', 'r2']);
    expect(await world.verify('open')).toMatchObject({ problem: null });
  });

  it('is told from damage: what ends with a line that is none is left as it is', async () => {
    await (await world.open()).close();
    const [file] = await logFiles(world.folder);
    await appendFile(file!.path, 'no line of a log\n');
    const before = await readFile(file!.path);
    await expect(world.open()).rejects.toMatchObject({ code: 'storage.corrupt' });
    expect(await readFile(file!.path)).toEqual(before);
  });

  it('loses nothing that it said it has, killed at any moment', async () => {
    for (let kill = 0; kill < 3; kill++) {
      const process = new PackedProcess('test/unit/serving/server/request-log/log-writer.ts', [world.folder]);
      // It goes on writing while it is killed.
      await process.printed(new RegExp(`wrote ${50 * (kill + 1)}\\n`));
      process.child.kill('SIGKILL');
      await process.ended();
      const said = Number([...process.output.matchAll(/wrote (\d+)\n/g)].at(-1)?.[1]);
      const log = await world.open({ chain: 'keyed', anchor: world.anchor });
      await log.close();
      const anchor = JSON.parse(await readFile(world.anchor, 'utf8'));
      expect(await world.verify('keyed', anchor)).toMatchObject({ problem: null, torn: 0 });
      const own = ids(await world.lines());
      const expected = idsOf(0, said);
      // Each process counts from 0.
      expect(own.slice(own.lastIndexOf('r0')).slice(0, said)).toEqual(expected);
    }
  });
});

describe.runIf(canMount)('a log on a disk that is full', { tags: 'small-disk' }, () => {
  let small: string | undefined;
  afterEach(() => {
    if (small) unmount(small);
    small = undefined;
  });

  it('says so, keeps whole lines only, and goes on once there is room', async () => {
    small = mountSmall()!;
    const own = await LogFolder.create(small);
    const log = await own.open({ chain: 'open' });
    await log.write(eventsOf(0, 10));
    await fill(small);
    let at = 10;
    for (let failures = 0; failures < 3; ) {
      const failed = await log.write(eventsOf(at, at + 10)).then(
        () => false,
        error => {
          expect(error).toMatchObject({ code: 'storage.full' });
          return true;
        },
      );
      // What was taken is not written again.
      if (failed) failures += 1;
      else at += 10;
    }
    expect(await own.verify('open')).toMatchObject({ torn: 0, problem: null });
    await unfill(small);
    await log.write(eventsOf(at, at + 10));
    await log.close();
    expect(ids(await own.lines())).toEqual(idsOf(0, at + 10));
    expect(await own.verify('open')).toMatchObject({ problem: null });
  });

  it('makes room by what is too old, though there is none to say so', async () => {
    small = mountSmall()!;
    const own = await LogFolder.create(small);
    const log = await own.open({ chain: 'open', size: 100_000, keepFor: 60_000 });
    for (let i = 0; i < 1_000; i += 100) await log.write(eventsOf(i, i + 100));
    await fill(small);
    await own.clock.advance(4 * 3_600_000);
    await expect.poll(() => log.write([eventOf(1_000)]).catch(() => 0)).toBe(1);
    await log.close();
    expect(ids(await own.lines()).at(-1)).toBe('r1000');
    expect((await own.verify('open')).retired).toBeGreaterThan(0);
    expect(await own.verify('open')).toMatchObject({ problem: null });
  });
});

describe('an anchor', () => {
  it('names the last line after each batch', async () => {
    const log = await world.open({ chain: 'open', anchor: world.anchor });
    for (let i = 0; i < 6; i += 2) {
      await log.write(eventsOf(i, i + 2));
      const anchor = JSON.parse(await readFile(world.anchor, 'utf8'));
      expect(await world.verify('open', anchor)).toMatchObject({ head: anchor, problem: null });
    }
    await log.close();
    expect(await readdir(join(world.anchor, '..'))).toEqual(expect.arrayContaining(['anchor.json', 'log']));
  });
});
