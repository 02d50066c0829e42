import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { openEntrance } from '@murmuration/coordinator/assembly/entrance';
import { OpenResources } from '@murmuration/coordinator/assembly/open-resources';
import { openScope, type ServedScope } from '@murmuration/coordinator/assembly/scope';
import { metricRoutes } from '@murmuration/coordinator/http/routes/metrics';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { openStorage } from '@murmuration/storage/storage';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorTokens, textOf } from '../../../../../attacks/operators.ts';
import { openNotes } from './notes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-notes-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process as the assembly opens it, with one part: the line that calls `openNotes` is all that knows of it. */
async function start(now: number) {
  const clock = new VirtualClock(now);
  const opened = new OpenResources(clock);
  const storage = await openStorage(folder, clock);
  opened.add(() => storage.close());
  const config = parseConfig({ log: 'silent', openEnrolment: true, operatorTokens, storage: folder });
  const base = openScope({ config, clock, random: systemRandom, storage, opened });
  const entrance = await openEntrance(base, [], undefined);
  const { app, admin, operators, authenticator, trustedProxies } = entrance;
  const scope: ServedScope = { ...base, metrics: new Registry(), app, admin: admin.add };
  openNotes(scope);
  await admin.open(app, operators, authenticator, { clock, trustedProxies });
  metricRoutes(app, scope.metrics, async () => {});
  const ask = async (role: 'viewer' | 'operator', method: 'GET' | 'POST', url: string, payload?: object) => {
    const headers = { authorization: `Bearer ${textOf(role)}` };
    return app.inject({ method, url, headers, ...(payload && { payload }) });
  };
  const note = (text: string) => ask('operator', 'POST', '/v1/admin/notes/line', { text });
  return { clock, ask, note, stop: () => opened.close() };
}

describe('a feature that keeps something, answers operators and is measured', () => {
  it('is its file, its messages, its test and one line of assembly', async () => {
    const first = await start(1_000);
    for (const text of ['one', 'two', 'three']) {
      expect((await first.note(text)).statusCode).toBe(204);
      await first.clock.advance(1_000);
    }
    expect((await first.note('')).json()).toMatchObject({ code: 'request.invalid' });
    const refused = await first.ask('viewer', 'POST', '/v1/admin/notes/line', { text: 'four' });
    expect(refused.json()).toMatchObject({ code: 'operator.forbidden' });
    expect((await first.ask('viewer', 'GET', '/metrics')).body).toContain('notes_written_total 3');
    await first.stop();

    const second = await start(9_000);
    const by = 'the operator';
    expect((await second.ask('viewer', 'GET', '/v1/admin/notes/line')).json()).toEqual({
      notes: [
        { task: 'line', text: 'three', by, at: '1970-01-01T00:00:03.000Z' },
        { task: 'line', text: 'two', by, at: '1970-01-01T00:00:02.000Z' },
      ],
    });
    await second.stop();
  });
});
