import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { loadLocalTask } from '@murmuration/cli/arguments/local-task';
import { begin } from '@murmuration/cli/commands/new';
import { tryTask } from '@murmuration/cli/dev/trial';
import { version } from '@murmuration/cli/output/version';
import { murmuration } from '@murmuration/cli/program';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootFolder, sourceOptions } from '../../../../../scripts/prepare.mjs';

const templates = readdirSync(join(rootFolder, 'coordinator/cli/templates')).filter(
  name => name !== 'common',
);
const shared = [
  'README.md',
  'app.js',
  'coordinator.json',
  'device.js',
  'evaluate.js',
  'examples.js',
  'index.html',
  'model.js',
  'objective.js',
  'package.json',
  'page.js',
  'task.js',
  'task.test.js',
  'vite.config.js',
  'worker.js',
];

let folder: string;
beforeEach(() => {
  // Where the packages of the checkout are found.
  const parent = join(rootFolder, 'test/artifacts');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'new-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('has three templates', () => {
  expect(templates.toSorted()).toEqual(['classifier', 'sensors', 'words']);
});

describe.each(templates)('the template %s', template => {
  const more = template === 'words' ? ['vocabulary.js'] : [];

  it('is a folder of few lines that needs three packages, at this version', () => {
    const made = join(folder, 'My Rent_2');
    begin(template, made);
    expect(readdirSync(made).toSorted()).toEqual([...shared, ...more].toSorted());
    const code = [...shared, ...more].filter(file => /\.(?:js|html)$/.test(file));
    const lines = code.flatMap(file => readFileSync(join(made, file), 'utf8').match(/\S.*/g)!);
    expect(lines.length).toBeLessThanOrEqual(120);
    expect(readFileSync(join(made, 'README.md'), 'utf8').split('\n').length).toBeLessThan(35);
    expect(JSON.parse(readFileSync(join(made, 'package.json'), 'utf8'))).toEqual({
      name: 'my-rent-2',
      private: true,
      type: 'module',
      scripts: { test: 'node --test' },
      dependencies: {
        '@murmuration/client-sdk': version,
        '@murmuration/coordinator': version,
      },
      devDependencies: { '@murmuration/cli': version, vite: expect.any(String) },
    });
  });

  it('can be learned, by its own devices too', async () => {
    begin(template, folder);
    const local = await loadLocalTask(join(folder, 'task.js'));
    const { loss, examples, metrics } = await tryTask(local, 3, systemClock);
    expect(examples).toEqual([40, 40, 40]);
    expect(loss).toBeGreaterThan(0);
    expect(metrics!.loss).toBeGreaterThan(0);
    await local.task.evaluator!.close();
  });

  it('passes the test that it brings', () => {
    begin(template, folder);
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { status, stdout } = spawnSync(process.execPath, [...sourceOptions, '--test'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/pass 1\b/);
  });
});

describe('murmuration new', () => {
  const run = async (...args: string[]) => {
    const printed: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = (line: unknown) => printed.push(String(line)) > 0;
    try {
      await (await murmuration('new')).parseAsync(['new', ...args], { from: 'user' });
    } finally {
      process.stdout.write = write;
    }
    return printed.join('');
  };

  it('says what to do next, in a folder that it makes or finds empty', async () => {
    const made = join(folder, 'below/rent');
    const said = await run('words', made);
    expect(said.trim().split('\n')).toEqual([
      expect.stringContaining(`Made ${made}.`),
      `  cd ${made}`,
      expect.stringMatching(/^ {2}npm install .+\.tgz$/),
      '  npx murmuration dev task.js',
    ]);
    expect(existsSync(join(made, 'vocabulary.js'))).toBe(true);
    mkdirSync(join(folder, 'empty'));
    await run('sensors', join(folder, 'empty'));
    expect(existsSync(join(folder, 'empty/task.js'))).toBe(true);
  });

  it('begins a classifier in a folder of that name where nothing is said', async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(await run()).toContain('Made classifier.');
      expect(readFileSync('classifier/objective.js', 'utf8')).toContain('classifier(');
    } finally {
      process.chdir(before);
    }
  });

  it.each(['common', 'nothing', '../src', ''])('names the templates there are for "%s"', async name => {
    await expect(run(name, join(folder, 'rent'))).rejects.toMatchObject({
      code: 'config.invalid',
      detail: `There is no template "${name}"; there are classifier, sensors, words.`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('writes nothing into a folder that holds something, nor over a file', async () => {
    writeFileSync(join(folder, '.mine'), 'mine');
    for (const there of [folder, join(folder, '.mine')])
      await expect(run('words', there)).rejects.toMatchObject({
        code: 'config.invalid',
        detail: `${there} is not an empty folder; nothing was written.`,
      });
    expect(readdirSync(folder)).toEqual(['.mine']);
    expect(readFileSync(join(folder, '.mine'), 'utf8')).toBe('mine');
  });
});
