import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { root } from '../../../docs/documents.ts';

const folder = `${root}test/artifacts/node-test-${process.pid}/`;
mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A test of an app that has so many examples, for Node's own runner. */
const program = (examples: number) => `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCoordinator } from '@murmuration/client-sdk/testing';
import { layoutOf } from '@murmuration/protocol/weights/layout';

test('the app sends what it should', async () => {
  const layout = layoutOf([{ name: 'w', shape: [3] }]);
  const model = { topology: {}, layout, weights: new Float32Array(3) };
  const coordinator = await testCoordinator({ tasks: { line: { model, update: { weighting: 'examples' } } }, patience: 200 });
  const trainer = {
    train: async (_model, _settings, all) => ({ delta: new Float32Array(3).fill(0.1), examples: all.length, metrics: {} }),
    close: async () => {},
  };
  const tasks = { line: { examples: () => Array(${examples}).fill(1), trainer } };
  const client = coordinator.client({ tasks, floors: { mostShare: 1 } });
  await client.start();
  try {
    assert.equal((await coordinator.round()).sent?.examples, 40);
  } finally {
    await client.stop();
  }
});
`;

function run(name: string, examples: number) {
  const file = `${folder}${name}.mjs`;
  writeFileSync(file, program(examples));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(
    process.execPath,
    [
      '--import',
      `${root}scripts/sources.mjs`,
      '--conditions=murmuration-source',
      '--test',
      '--test-reporter=tap',
      file,
    ],
    { encoding: 'utf8', env },
  );
}

it.each([
  ['passes', 40, 0, /# pass 1/],
  ['fails where examples are missing', 20, 1, /the app asks for 32 examples/],
  ['fails where one is too many', 41, 1, /41 !== 40/],
])('the test of an app %s under the runner of Node, and then ends', (name, examples, status, output) => {
  const { stdout, status: found } = run(name.replaceAll(' ', '-'), examples);
  expect(stdout).toMatch(output);
  expect(found).toBe(status);
});
