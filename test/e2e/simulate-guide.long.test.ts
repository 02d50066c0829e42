import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readRun } from '@murmuration/simulations/run-events/event-log';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeBlocks, readDocuments, root } from '../docs/documents.ts';
import { Reader } from './reader.ts';

const blocks = codeBlocks(readDocuments().get('docs/guides/simulate.md')!);
/** A checkout in which a reader may write: all but what the guide makes leads to this one. */
const checkout = mkdtempSync(join(tmpdir(), 'murmuration-simulate-'));
const reader = new Reader('http://127.0.0.1:9/');

beforeAll(() => {
  for (const name of readdirSync(root))
    if (!['runs', 'rooms'].includes(name)) symlinkSync(join(root, name), join(checkout, name));
  for (const { file, code } of blocks)
    if (file) {
      mkdirSync(dirname(join(checkout, file)), { recursive: true });
      writeFileSync(join(checkout, file), code);
    }
});
afterAll(() => {
  reader.leave();
  rmSync(checkout, { recursive: true });
});

it('the guide to simulations leads from a file to runs that learn, each with a page', async () => {
  // shell-blocks.long.test.ts says of the others which run, and why some do not.
  const [commands, ...others] = blocks.filter(
    ({ language, code }) => language === 'sh' && code.includes('rooms/'),
  );
  expect(others).toEqual([]);
  const printed = await reader.run(commands!.code, checkout);
  expect(printed).toMatch(/^data\.partition\.kind +"?user/m);
  expect(printed).toMatch(/^The report so far is http:\/\/127\.0\.0\.1:\d+\/$/m);
  expect(printed).toMatch(/^name +rooms +mixed$/m);
  expect(printed).toContain('data.partition.kind');
  const comparison = readFileSync(join(checkout, 'runs/comparison.html'), 'utf8');
  expect(comparison).toContain('A: rooms');
  expect(comparison).toContain('B: mixed');
  const folders = readdirSync(join(checkout, 'runs')).filter(name => name !== 'comparison.html');
  expect(folders.map(name => name.replace(/-seed1-.*/, ''))).toEqual(['rooms-mixed', 'rooms-rooms']);
  for (const folder of folders) {
    const { begun, rounds, ended } = await readRun(join(checkout, 'runs', folder, 'events.jsonl'));
    expect(begun.clients).toBe(40);
    expect(ended).toMatchObject({ outcome: 'finished' });
    expect(rounds.at(-1)!.metrics!.accuracy).toBeGreaterThan(0.9);
    expect(printed).toContain(`The report is runs/${folder}/index.html`);
    expect(readFileSync(join(checkout, 'runs', folder, 'index.html'), 'utf8')).toContain('<svg class="plot"');
  }
});

it('refuses a bad row of the guide’s file by its line and column', async () => {
  const readings = join(checkout, 'rooms/readings.csv');
  writeFileSync(readings, `${readFileSync(readings, 'utf8')}7,warm,40,1\n`);
  await expect(reader.run('npm run simulate -- rooms/rooms.scenario.ts', checkout)).rejects.toThrow(
    /readings\.csv, line 4002: .*temperature/,
  );
});
