import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SourceProcess } from './processes.ts';

let kept: string;
let demonstration: SourceProcess | undefined;
beforeEach(async () => {
  kept = await mkdtemp(join(tmpdir(), 'murmuration-demonstration-'));
});
afterEach(async () => {
  demonstration?.child.kill('SIGKILL');
  await demonstration?.ended();
  await rm(kept, { recursive: true });
});

/** What a start prints as its last line. */
const printed = () => JSON.parse(demonstration!.output.trim().split('\n').at(-1)!);

it('begins rounds again where the one before had paused them after its last', async () => {
  const storage = await openStorage(join(kept, 'coordinator'), systemClock);
  await storage.pausedTasks.set('keyboard' as TaskName, true);
  await storage.close();
  const options = ['--devices', '8', '--cohort', '4', '--rounds', '1', '--port', '0', '--exit', '--json'];
  demonstration = new SourceProcess('simulations/demo/src/start.ts', [...options, '--storage', kept]);
  expect(await demonstration.ended(), demonstration.errors).toBe(0);
  expect(printed()).toMatchObject({
    rounds: 1,
    failedRounds: 0,
    sumsExact: 1,
    ngrams: { state: 'unasked', mixed: null, sumsChecked: 0 },
  });
  expect(demonstration.errors).toContain('Phones were not asked for their n-grams');
});

it('prints a line that asks the model, and shows no token', async () => {
  demonstration = new SourceProcess('simulations/demo/src/start.ts', [
    '--devices',
    '8',
    '--cohort',
    '4',
    '--rounds',
    '1',
    '--port',
    '0',
    '--no-open',
  ]);
  const [line, file, url, body] = await demonstration.printed(/curl -H @(\S+) (\S+) --data '(.+)'/);
  expect(line).not.toMatch(/mm[eio]_/);
  expect((await stat(file!)).mode & 0o077).toBe(0);
  const [name, value] = (await readFile(file!, 'utf8')).trim().split(': ');
  const ask = (headers: Record<string, string>) => fetch(url!, { method: 'POST', headers, body: body! });
  const answer = await ask({ [name!]: value! });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ predictions: [expect.anything(), expect.anything()] });
  expect((await ask({})).status).toBe(401);
  demonstration.child.kill('SIGTERM');
  await demonstration.ended();
  await expect(stat(file!)).rejects.toMatchObject({ code: 'ENOENT' });
});
