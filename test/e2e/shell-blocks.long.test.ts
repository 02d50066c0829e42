import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { begin } from '@murmuration/cli/commands/new';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rootFolder, sourceOptions } from '../../scripts/prepare.mjs';
import { commandsOf, shellBlocks } from '../docs/shell.ts';
import { plainEnvironment } from './reader.ts';

/** Commands of this repository that run no further than their options here (test/unit/docs/shell.long.test.ts), by how they begin, and why. */
const unrun: Readonly<Record<string, string>> = {
  'murmuration serve': 'runs until it is stopped; server-walk.ts and from-scratch.ts run it',
  'murmuration inference ': 'runs until it is stopped; inference-command.long.test.ts runs it',
  'murmuration status': 'asks a coordinator; server-walk.ts runs it',
  'murmuration devices': 'asks a coordinator; commands.test.ts runs it',
  'murmuration queries': 'asks a coordinator',
  'murmuration training': 'asks a coordinator; training-command.test.ts runs it',
  'murmuration experiments': 'asks a coordinator',
  'murmuration models': 'asks a coordinator',
  'murmuration tokens create --kind inference --name': 'asks a coordinator',
  'murmuration tokens create --kind enrolment': 'asks a coordinator',
  'murmuration tokens revoke': 'asks a coordinator',
  'murmuration precompute': 'asks a server; precompute-command.long.test.ts runs it',
  'murmuration request-log': 'reads a log that only an inference server has',
  'murmuration backup': 'reads the folder of a server',
  'murmuration restore': 'reads what `backup` has written',
  'npm start': 'takes minutes; demonstration.long.test.ts runs it',
  'npm test': 'is what runs this',
  'murmuration new': 'writes a folder of the reader; from-scratch.ts runs it',
  'murmuration dev': 'runs until it is stopped; from-scratch.ts and dev.long.test.ts run it',
  'npm run pack': 'takes minutes; packages.long.test.ts runs it',
  'npm run simulate -- tune': 'takes minutes',
  'npm run simulate -- mnist-2nn': 'takes minutes',
  'npm run simulate -- clusters --set': 'takes minutes',
  'npm run simulate -- ./my.scenario.ts': 'reads a file of the reader',
  'npm run simulate -- rooms/rooms.scenario.ts':
    'reads a file of the reader; simulate-guide.long.test.ts runs it',
  'npm run simulate -- compare': 'reads runs of the reader; simulate-guide.long.test.ts runs it',
  'npm run simulate -- worker': 'wants a Redis',
  'npm run build': 'is the build of another app',
  'npm install': 'wants a registry; from-scratch.ts runs it',
};

const ofRepository = shellBlocks().flatMap(({ path, code }) =>
  commandsOf(code)
    .map(command => command.replace(/^npx murmuration/, 'murmuration'))
    .filter(command => /^(?:npm|murmuration|node scripts\/)/.test(command))
    .map(command => [path, command] as const),
);
const entryOf = (command: string) =>
  Object.keys(unrun).find(start => `${command} `.startsWith(start.endsWith(' ') ? start : `${start} `));

// Beside the packages, which a task imports by name.
const folder = join(rootFolder, `test/artifacts/shell-${process.pid}`);
const programs = join(folder, 'programs');

beforeAll(() => {
  mkdirSync(programs, { recursive: true });
  const words = [process.execPath, ...sourceOptions, join(rootFolder, 'coordinator/cli/src/cli.ts')];
  writeFileSync(
    join(programs, 'murmuration'),
    `#!/bin/sh\nexec ${words.map(word => `'${word}'`).join(' ')} "$@"\n`,
  );
  chmodSync(join(programs, 'murmuration'), 0o755);
  begin('classifier', join(folder, 'tasks'));
  writeFileSync(join(folder, 'murmuration.json'), JSON.stringify({ port: 0, openEnrolment: true }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('leaves no command unrun that is in no document', () => {
  const used = new Set(ofRepository.map(([, command]) => entryOf(command)));
  expect(Object.keys(unrun).filter(entry => !used.has(entry))).toEqual([]);
});

const once = new Map(
  ofRepository.filter(([, command]) => !entryOf(command)).map(([path, command]) => [command, path]),
);

it.each([...once])('%s (%s) ends well', async command => {
  const env = plainEnvironment();
  const { stdout } = await promisify(execFile)('sh', ['-c', command], {
    cwd: command.startsWith('murmuration') ? folder : rootFolder,
    env: { ...env, PATH: `${programs}${delimiter}${env.PATH}` },
  });
  expect(stdout).not.toBe('');
});
