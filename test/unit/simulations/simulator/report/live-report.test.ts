import { request } from 'node:http';
import { LiveReport } from '@murmuration/simulations/report/live-report';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hurriedClock } from '../../../../hurried-clock.ts';
import { begun, ended, roundOf } from './events.ts';

let live: LiveReport;
let address: string;
beforeEach(async () => {
  live = new LiveReport(hurriedClock(10));
  address = await live.open();
});
afterEach(() => live.close());

interface Answer {
  readonly status: number;
  readonly tag: string;
  readonly text: string;
}

function asked(headers: Record<string, string> = {}, path = '/', method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(new URL(path, address), { headers, method }, async response => {
      const text = (await response.toArray()).join('');
      resolve({ status: response.statusCode!, tag: response.headers.etag ?? '', text });
    })
      .on('error', reject)
      .end();
  });
}

it('shows what has happened so far, at once', async () => {
  live.take(begun);
  live.take(roundOf(1));
  const { status, text } = await asked();
  expect(status).toBe(200);
  expect(text).toContain('<html lang="en" data-live>');
  expect(text).toContain('1 rounds so far');
});

it('answers who has the newest page once there is a newer one, and at the end with one that is not renewed', async () => {
  live.take(begun);
  const first = await asked();
  const next = asked({ 'if-none-match': first.tag });
  for (let i = 1; i <= 3; i++) live.take(roundOf(i));
  const { text, tag } = await next;
  // The rounds of a second come together.
  expect(text).toContain('3 rounds so far');
  const last = asked({ 'if-none-match': tag });
  live.take(ended);
  await live.close();
  expect((await last).text).toContain('<html lang="en">');
  expect((await last).text).toContain('Finished');
  await expect(asked()).rejects.toThrow(/ECONNREFUSED|hang up/);
});

it('waits with a page until a run has begun, and goes on with the next run', async () => {
  const waiting = asked();
  live.take(begun);
  expect((await waiting).text).toContain('seed 7');
  live.take(ended);
  live.take({ ...begun, seed: 8 });
  expect((await asked()).text).toContain('seed 8');
});

it('answers neither other hosts, whose pages a name may have led here, nor other paths and methods', async () => {
  live.take(begun);
  expect(await asked({ host: 'evil.example' })).toEqual({ status: 404, tag: '', text: '' });
  expect(await asked({}, '/other')).toMatchObject({ status: 404 });
  expect(await asked({}, '/', 'POST')).toMatchObject({ status: 404 });
  expect(new URL(address).hostname).toBe('127.0.0.1');
});
