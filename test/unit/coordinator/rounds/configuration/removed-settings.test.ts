import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadInferenceConfig } from '@murmuration/cli/arguments/inference-config';
import { configSchema, loadConfig } from '@murmuration/coordinator/assembly/config';
import { removedSettings } from '@murmuration/rounds/configuration/removed-settings';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-removed-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Values with a setting at a path, in each of which an object on the way is an item of a list or is not. */
function holding([name, ...rest]: readonly string[]): unknown[] {
  if (name === undefined) return [1];
  const inner = holding(rest);
  return [...inner, ...(rest.length > 0 ? inner.map(each => [each]) : [])].map(each => ({ [name]: each }));
}

/** Loads the document that a setting belonged to. */
async function load(path: string, value: unknown): Promise<void> {
  const [first = ''] = path.split('.');
  const isBrokers = first === 'rabbitmq' || first === 'kafka';
  if (!isBrokers && !(first in configSchema.shape)) return void defineTask(value as never);
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(value));
  if (!isBrokers) await loadConfig(file, {});
  if (isBrokers || first === 'inference') await loadInferenceConfig({ config: file }, {});
}

/** Returns why a document with a setting is refused. */
async function refusalOf(path: string, value: unknown): Promise<string> {
  try {
    await load(path, value);
  } catch (error) {
    return (error as { detail: string }).detail;
  }
  return '';
}

const pages = ['configuration', 'limits', 'task'].map(page =>
  readFileSync(new URL(`../../../../../docs/reference/${page}.md`, import.meta.url), 'utf8'),
);

it.each(Object.entries(removedSettings))('%s is in no reference, and refused', async (path, instead) => {
  for (const page of pages) expect(page).not.toContain(`| \`${path}\` |`);
  const refusals: string[] = [];
  for (const value of holding(path.split('.'))) refusals.push(await refusalOf(path, value));
  expect(refusals.join('\n')).toContain(`this setting was removed: take it out. ${instead}`);
});

it('a field that never was a setting is no removed one', async () => {
  const refusal = await refusalOf('limits.outgoings', { limits: { outgoings: 1 } });
  expect(refusal).toContain('limits.outgoings: there is no such field');
  expect(refusal).not.toContain('removed');
});
