import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eventTypes, logEvent, structured } from '@murmuration/serving/request-log/event';
import { feedbackEvent } from '@murmuration/serving/request-log/exchange-events';
import { type JoinedOptions, joinedRequests } from '@murmuration/serving/request-log/joined';
import { afterEach, describe, expect, it } from 'vitest';

const start = Date.UTC(2026, 0, 1);
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A log of these lines, a file for each list; the first ones are packed. */
function logOf(...files: readonly (readonly string[])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-joined-'));
  folders.push(folder);
  for (const [at, lines] of files.entries()) {
    const text = lines.map(line => `${line}\n`).join('');
    const name = join(folder, `${String(at + 1).padStart(12, '0')}.jsonl`);
    if (at < files.length - 1) writeFileSync(`${name}.gz`, gzipSync(text));
    else writeFileSync(name, text);
  }
  return folder;
}

function asked(id: string, inputs: readonly object[], { model = 'spam', at = start, ...data } = {}): string {
  const attributes = { id, source: '/test', type: eventTypes.request, time: new Date(at).toISOString() };
  return structured(
    logEvent(attributes, { inferenceservicename: model }, JSON.stringify({ id, inputs, ...data })),
  );
}

const came = (id: string, outcome: unknown, model = 'spam') =>
  structured(feedbackEvent({ id, model, version: '3', outcome }, start + 5_000));

const text = (...data: readonly unknown[]) => ({
  name: 'text',
  datatype: 'BYTES',
  shape: [data.length],
  bytes: 9,
  data,
});

async function read(folders: readonly string[], options: Partial<JoinedOptions> = {}) {
  const found = [];
  for await (const each of joinedRequests(folders, { model: 'spam', since: 0, most: 100, ...options }))
    found.push(each);
  return found;
}

describe('requests of a log and their outcomes', () => {
  it('are joined over files, with what the log has of them', async () => {
    const folder = logOf(
      [asked('a', [text('free money')], { parameters: { list: 'work' } } as never), came('a', true)],
      [asked('b', [{ name: 'x', datatype: 'FP32', shape: [1, 2], bytes: 8, data: [1, 'NaN'] }])],
      [came('b', 0)],
    );
    expect(await read([folder])).toEqual([
      {
        id: 'a',
        model: 'spam',
        version: '3',
        at: start,
        inputs: { text: { datatype: 'BYTES', shape: [1], data: ['free money'] } },
        parameters: { list: 'work' },
        outcome: true,
      },
      expect.objectContaining({
        id: 'b',
        inputs: { x: { datatype: 'FP32', shape: [1, 2], data: [1, Number.NaN] } },
        outcome: 0,
      }),
    ]);
  });

  it('are joined over the logs of several servers, whichever is read first', async () => {
    const [requests, outcomes] = [logOf([asked('a', [text('hello')])]), logOf([came('a', false)])];
    expect(await read([requests, outcomes])).toHaveLength(1);
    expect(await read([outcomes, requests])).toHaveLength(1);
  });

  it('are only those that the log may hold: values, an outcome, the model, the time', async () => {
    const folder = logOf([
      asked('no values', [{ name: 'text', datatype: 'BYTES', shape: [1], bytes: 9 }]),
      came('no values', true),
      asked('no outcome', [text('hello')]),
      came('no outcome', undefined),
      asked('another model', [text('hello')], { model: 'other' }),
      came('another model', true, 'other'),
      asked('old', [text('hello')], { at: start - 1 }),
      came('old', true),
      came('never asked', true),
      asked('new', [text('hello')]),
      '{"type":"murmuration.log.deleted"}',
      'no line at all',
      came('new', true),
    ]);
    expect((await read([folder], { since: start })).map(({ id }) => id)).toEqual(['new']);
  });

  it('take each outcome once, for the first of two requests with one id', async () => {
    const folder = logOf([
      asked('a', [text('first')]),
      asked('a', [text('second')]),
      came('a', true),
      came('a', false),
    ]);
    expect(await read([folder])).toMatchObject([{ inputs: { text: { data: ['first'] } }, outcome: true }]);
  });

  it('wait in bounded memory: the oldest give way', async () => {
    const folder = logOf([
      ...['a', 'b', 'c'].map(id => asked(id, [text(id)])),
      ...['a', 'b', 'c'].map(id => came(id, true)),
    ]);
    expect((await read([folder], { most: 2 })).map(({ id }) => id)).toEqual(['b', 'c']);
  });

  it('are refused where the folder is none', async () => {
    await expect(read(['/nowhere'])).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
