import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventLog, readRun } from '@murmuration/simulations/run-events/event-log';
import type { RunEvent } from '@murmuration/simulations/run-events/run-event';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRun, begun, ended, roundOf } from '../report/events.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-report-'));
  file = join(folder, 'events.jsonl');
});
afterAll(() => rm(folder, { recursive: true }));

function write(events: readonly RunEvent[]): void {
  const log = new EventLog(file);
  for (const event of events) log.write(event);
  log.close();
}

/** As JSON keeps it: what is no finite number is null, and −0 is 0. */
const kept = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the log of a run', () => {
  it('gives back every event that was written, whatever texts and figures it holds', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async events => {
        write(events);
        const { begun, rounds, comparisons, ended } = await readRun(file);
        expect(kept([begun, ...rounds, ...comparisons, ...(ended ? [ended] : [])])).toEqual(kept(events));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps what happened before a run was killed, and not half a line', async () => {
    write([begun, roundOf(1), roundOf(2)]);
    await appendFile(file, JSON.stringify(roundOf(3)).slice(0, 100));
    const { rounds, ended } = await readRun(file);
    expect(rounds.map(({ number }) => number)).toEqual([1, 2]);
    expect(ended).toBeNull();
  });

  it('is read in order: clients are compared between rounds', async () => {
    const compared: RunEvent = {
      type: 'clients-compared',
      round: 1,
      metric: 'accuracy',
      client: [0, 1],
      before: { model: 'first model', values: [0.1, 0.2] },
      after: { model: 'global', values: [0.3, null] },
    };
    write([begun, roundOf(1), compared, ended]);
    expect((await readRun(file)).comparisons).toEqual([compared]);
  });

  const lines = (...events: unknown[]) => events.map(event => `${JSON.stringify(event)}\n`).join('');
  it.each([
    ['an empty file', '', /events\.jsonl: .*no run has begun/],
    ['another kind of text', 'round,accuracy\n1,0.5\n', /line 1: This is not one JSON object a line/],
    ['damage in the middle', lines(begun).concat('{"type":"round-en\n', lines(roundOf(2))), /line 2: /],
    ['JSON of something else', lines({ hello: 1 }), /line 1: .*type/],
    ['a format of later versions', lines({ ...begun, format: 2 }), /line 1: .*format/],
    ['an event that nobody knows', lines(begun, { type: 'round-begun' }), /line 2: .*type/],
    ['a round before its run', lines(roundOf(1)), /line 1: .*no run has begun/],
    ['two runs', lines(begun, ended, begun), /line 3: .*has ended before/],
    ['a run that begins twice', lines(begun, begun), /line 2: .*a second run begins/],
    ['rounds out of order', lines(begun, roundOf(2), roundOf(2)), /line 3: .*round 2 comes after round 2/],
    [
      'a figure that is a text',
      lines(begun, { ...roundOf(1), metrics: { top1: '9' } }),
      /line 2: .*metrics\.top1/,
    ],
    [
      'columns of different lengths',
      lines(begun, { ...roundOf(1), training: { client: [1], metrics: { loss: [] } } }),
      /line 2: .*training: the columns differ in length/,
    ],
  ])('refuses %s, and names file and line', async (_, text, sentence) => {
    await writeFile(file, text);
    await expect(readRun(file)).rejects.toMatchObject({
      code: 'report.malformed',
      detail: expect.stringMatching(sentence),
    });
  });
});
