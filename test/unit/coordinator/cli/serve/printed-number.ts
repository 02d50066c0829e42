import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { sourceOptions } from '../../../../../scripts/prepare.mjs';

/** The number that a module prints, in a process of its own, which the flags of V8 concern alone. */
export function printedNumber(program: string): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...sourceOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  expect(stdout, stderr).toMatch(/^\d+\n$/);
  return Number(stdout);
}
