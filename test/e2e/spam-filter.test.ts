import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';
import type { GateDecision } from '@murmuration/rounds/registry/gate-decisions';
import type { Task } from '@murmuration/rounds/task/task';
import { lastEntries } from '@murmuration/serving/request-log/files/reading';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventOf } from './line.ts';

const folder = mkdtempSync(join(tmpdir(), 'murmuration-spam-filter-'));
const log = join(folder, 'log');
let coordinator: Coordinator;

beforeAll(async () => {
  process.env.SPAM_LOG = log;
  const { href } = new URL('../../examples/spam-filter/spam.task.js', import.meta.url);
  const { default: task } = (await import(href)) as { default: Task };
  delete process.env.SPAM_LOG;
  const file = new URL('../../examples/spam-filter/coordinator.json', import.meta.url);
  const config = JSON.parse(await readFile(file, 'utf8'));
  config.inference.log.files.folder = log;
  coordinator = await createCoordinator(parseConfig({ ...config, port: 0, log: 'silent' }), [task], {
    clock: systemClock,
    random: systemRandom,
  });
  await coordinator.start();
});

afterAll(async () => {
  await coordinator?.stop();
  rmSync(folder, { recursive: true });
});

async function judge(id: string, text: string): Promise<{ version: string; isSpam: boolean }> {
  const answer = await fetch(`${coordinator.url}/v2/models/spam/infer`, {
    method: 'POST',
    headers: { 'x-user': 'ada@example.org' },
    body: JSON.stringify({
      id,
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [1], data: [text] }],
    }),
  });
  const { model_version: version, outputs } = await answer.json();
  return { version, isSpam: outputs[0].data[0] > 0.5 };
}

it('the mail filter of the examples learns from what people say, and is promoted by its gate', async () => {
  const mails = Array.from({ length: 60 }, (_, at) => ({
    id: `mail ${at}`,
    isSpam: at % 2 === 0,
    text: at % 2 === 0 ? `free money now ${at}` : `minutes of meeting ${at}`,
  }));
  expect((await judge('first', 'free money now')).version).toBe('0');
  for (const { id, text, isSpam } of mails) {
    await judge(id, text);
    const told = await fetch(`${coordinator.url}/v1/feedback`, {
      method: 'POST',
      body: JSON.stringify({ id, outcome: isSpam }),
    });
    expect(told.ok, await told.text()).toBe(true);
  }
  await expect
    .poll(async () => (await lastEntries(log, 999, ({ event }) => event === 'feedback')).length)
    .toBe(mails.length);
  const over = eventOf<[TrainingRun]>(coordinator.events, 'run-ended');
  const promoted = eventOf<[GateDecision]>(
    coordinator.events,
    'gate',
    ({ promotedAt }) => promotedAt !== null,
  );
  await coordinator.runs.begin('spam' as never, 'Ann', '');
  expect((await over)[0]).toMatchObject({ rounds: 1, failed: 0 });
  expect((await promoted)[0].number).toBe(1);
  // The version before answers until this one is loaded.
  await expect.poll(() => judge('later', 'free money now')).toEqual({ version: '1', isSpam: true });
  expect(await judge('later still', 'minutes of meeting')).toEqual({ version: '1', isSpam: false });
});
