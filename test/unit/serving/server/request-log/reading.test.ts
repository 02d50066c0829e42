import { appendFile } from 'node:fs/promises';
import { attributesOf, eventTypes, structured } from '@murmuration/serving/request-log/event';
import { logFiles } from '@murmuration/serving/request-log/files/folder';
import { type Entry, followLog, lastEntries } from '@murmuration/serving/request-log/files/reading';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventOf, eventsOf, LogFolder } from './log-folder.ts';

let world: LogFolder;

beforeEach(async () => {
  world = await LogFolder.create();
});

afterEach(() => world.remove());

const idsOf = (entries: readonly Entry[]) => entries.map(({ id }) => id);
const numbered = (from: number, to: number) => eventsOf(from, to).map(event => attributesOf(event).id);

describe('the newest entries', () => {
  it('are those of all files, oldest first, as many as are wanted', async () => {
    const log = await world.open({ size: 1_000, gzip: true });
    for (let i = 0; i < 30; i += 3) await log.write(eventsOf(i, i + 3));
    await log.close();
    expect(idsOf(await lastEntries(world.folder, 100, () => true))).toEqual(numbered(0, 30));
    expect(idsOf(await lastEntries(world.folder, 7, () => true))).toEqual(numbered(23, 30));
    expect(idsOf(await lastEntries(world.folder, 2, ({ id }) => id < 'r2'))).toEqual(['r18', 'r19']);
  });

  it('are found while files are packed', async () => {
    const log = await world.open({ size: 1, gzip: true });
    for (let i = 0; i < 20; i++) {
      await log.write([eventOf(i)]);
      const found = idsOf(await lastEntries(world.folder, 100, () => true));
      expect(found).toEqual(numbered(0, i + 1));
      expect((await world.verify('open')).problem).toBeNull();
    }
    await log.close();
  });
});

it('an entry has nothing where its event has nothing, of its tensors too', async () => {
  const log = await world.open();
  await log.close();
  const [file] = await logFiles(world.folder);
  const data = { outputs: [{ name: 'y' }, { datatype: 'FP32', shape: [1, 2] }, null] };
  await appendFile(file!.path, `${JSON.stringify({ type: eventTypes.response, id: 'r1', data })}\n`);
  const [entry] = await lastEntries(world.folder, 1, () => true);
  expect(entry).toMatchObject({ id: 'r1', model: '', version: null, protocol: '', status: null, time: '' });
  expect(entry!.tensors).toBe('y; FP32 [1, 2]; ');
});

describe('somebody who follows a log', () => {
  it('sees what is written from then on, over all files, each line once', async () => {
    const log = await world.open({ size: 2_000, gzip: true });
    await log.write(eventsOf(0, 5));
    let next = 5;
    const seen: string[] = [];
    // Before each look several batches may have been written: to the file of the last look, and to files that have begun, and were packed, since.
    const pause = async () => {
      for (let batch = 0; batch < 1 + (next % 4) && next < 50; batch++) {
        await log.write(eventsOf(next, next + 3));
        next += 3;
      }
    };
    for await (const { id } of followLog(world.folder, pause)) {
      seen.push(id);
      if (id === 'r49') break;
    }
    expect(seen).toEqual(numbered(5, 50));
    await log.close();
  });

  it('waits for the end of a line that is being written', async () => {
    const log = await world.open();
    await log.close();
    const [file] = await logFiles(world.folder);
    const line = `${structured(eventOf(1)).slice(0, -1)},"sequence":"1"}\n`;
    const parts = [line.slice(0, 30), line.slice(30, 90), line.slice(90)];
    const pause = async () => {
      await appendFile(file!.path, parts.shift() ?? '');
    };
    for await (const { id } of followLog(world.folder, pause)) {
      expect(id).toBe('r1');
      expect(parts).toEqual([]);
      break;
    }
  });
});
