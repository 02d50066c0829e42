// npm run check: everything that can be held without running the program; one line a step, and why where one fails.
import { spawnSync } from 'node:child_process';
import { prepare, rootFolder } from './prepare.mjs';

const steps = [
  { name: 'format and lint', command: ['@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'] },
  {
    name: 'types',
    // Remembers what it has checked: the next time takes what has changed since.
    command: [
      'typescript/bin/tsc',
      '--project',
      '.',
      '--incremental',
      '--tsBuildInfoFile',
      'node_modules/.cache/murmuration/types.tsbuildinfo',
    ],
  },
  { name: 'dead code', command: ['knip/bin/knip.js', '--tsConfig', 'tsconfig.knip.json'] },
  { name: 'size of the SDK', command: ['../scripts/size.mjs'] },
  {
    name: 'layers and names',
    command: [
      'vitest/vitest.mjs',
      'run',
      'test/unit/layers.test.ts',
      'test/unit/rooms.test.ts',
      'test/unit/names.test.ts',
    ],
  },
];

await prepare();
for (const { name, command } of steps) {
  const [file, ...args] = command;
  const { status, stdout, stderr } = spawnSync(process.execPath, [`node_modules/${file}`, ...args], {
    cwd: rootFolder,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  console.log(`${name.padEnd(18)} ${status === 0 ? 'ok' : 'failed'}`);
  if (status !== 0) {
    console.log(`${stdout}${stderr}`.trimEnd());
    process.exitCode = 1;
  }
}
