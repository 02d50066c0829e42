import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { begin } from '@murmuration/cli/commands/new';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { command } from './kept-commands.ts';
import { SourceProcess } from './processes.ts';

const cli = 'coordinator/cli/src/cli.ts';
let folder: string;
let dev: SourceProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'murmuration-dev-'));
  begin('sensors', folder);
});
afterEach(() => {
  dev?.child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

it('a task outside of the checkout is tried, and learned by local devices, which protects nobody', async () => {
  const task = join(folder, 'task.js');
  dev = new SourceProcess(cli, ['dev', task, '--devices', '3', '--port', '0']);
  await dev.printed(/Devices have 40 to 40 examples\. Loss of the step: [\d.]+\. Evaluation: loss /);
  await dev.printed(/Development mode: this protects nobody/);
  const [, token, url] = await dev.printed(/MURMURATION_TOKEN=(\S+) murmuration status --url (\S+)/);
  await dev.printed(/Round 1: [23] of 3 devices in /);
  expect(await fetch(`${url}/v1/tasks`).then(answer => answer.json())).toMatchObject({
    isDevelopment: true,
    tasks: [{ name: 'sensors' }],
  });
  const status = await command(['status', '--url', url!], { MURMURATION_TOKEN: token! });
  expect(status.code).toBe(0);
  expect(status.errors).toContain('Development mode: this protects nobody');
  expect(status.output).toMatch(/3 devices are connected, 3 are enrolled/);
  await dev.printed(/Round 2: [23] of 3 devices in [\d.]+ s; loss /);
  dev.child.kill('SIGTERM');
  expect(await dev.ended()).toBe(0);
});

it('a task that can not be learned ends before anything starts', async () => {
  dev = new SourceProcess(cli, ['dev', 'examples/line.task.js', '--port', '0']);
  expect(await dev.ended()).toBe(1);
  expect(dev.errors).toContain('has no export "objective"');
  expect(dev.output).toBe('');
});
