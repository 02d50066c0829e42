import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { sourceOptions } from '../../scripts/prepare.mjs';

it.each([
  ['faults/faults.ts', 'histories', '--seeds'],
  ['bench/bench.ts', 'train', '--threds'],
])('%s %s ends with one sentence at an option that it does not know', (file, name, option) => {
  const program = new URL(`../${file}`, import.meta.url).pathname;
  const args = [...sourceOptions, program, name, `${option}=3`];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain(option);
  expect(stderr).not.toMatch(/^\s+at /m);
});
