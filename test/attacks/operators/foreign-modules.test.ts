import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';
import { askAs, operatorTokens } from '../operators.ts';

let folder: string;
let coordinator: Coordinator;

/** Where the attacker's module leaves a trace once it is loaded. */
const trace = () => join(folder, 'loaded');
const harm = (name: string) =>
  writeFile(
    join(folder, name),
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(trace())}, '');\nexport default {};\n`,
  );

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-modules-'));
  await mkdir(join(folder, 'tasks/below'), { recursive: true });
  for (const name of ['evil.mjs', 'tasks/below/evil.mjs', 'tasks/evil.json', 'tasks/.evil.mjs'])
    await harm(name);
  await symlink(join(folder, 'evil.mjs'), join(folder, 'tasks/linked.mjs'));
  await symlink(folder, join(folder, 'tasks/out'));
});
afterEach(async () => {
  await coordinator.stop();
  await rm(folder, { recursive: true });
});

async function start(config: object): Promise<void> {
  coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], operatorTokens, ...config }),
    [lineTask()],
  );
}

const add = (file: string, role: 'operator' | 'admin' = 'admin') =>
  askAs(role, coordinator.url, '/tasks', { method: 'POST', body: { file } });

describe('an admin who adds a task', () => {
  it.each([
    ['../evil.mjs', 400],
    ['below/evil.mjs', 400],
    ['out/evil.mjs', 400],
    ['%2e%2e/evil.mjs', 400],
    ['..', 400],
    ['.evil.mjs', 400],
    ['evil.json', 400],
    ['linked.mjs', 404],
    ['missing.mjs', 404],
    ['data:text/javascript,1//x.mjs', 400],
    ['https://evil.example/x.mjs', 400],
    ['node:fs', 400],
  ])('loads nothing from outside of the folder: %s', async (file, status) => {
    await start({ tasksFolder: join(folder, 'tasks') });
    for (const each of [file, join(folder, file), `file://${join(folder, file)}`]) {
      const answer = await add(each);
      expect(answer.status).toBe(each === file ? status : 400);
    }
    expect(existsSync(trace())).toBe(false);
    const { body } = await askAs('viewer', coordinator.url, '/tasks');
    expect(body.tasks).toMatchObject([{ task: 'line' }]);
  });

  it('loads nothing where the configuration names no folder, though the file is in the working directory', async () => {
    await start({});
    expect(await add('vitest.config.ts')).toMatchObject({ status: 422, body: { code: 'task.module' } });
    const listed = await askAs('admin', coordinator.url, '/task-modules');
    expect(listed.body).toEqual({ isOffered: false, files: [] });
  });

  it('is an admin: an operator of a lesser role has nothing loaded, and the attempt is refused', async () => {
    await harm('tasks/inside.mjs');
    await start({ tasksFolder: join(folder, 'tasks') });
    expect(await add('inside.mjs', 'operator')).toMatchObject({ status: 403 });
    expect(await askAs('operator', coordinator.url, '/task-modules')).toMatchObject({ status: 403 });
    expect(existsSync(trace())).toBe(false);
    // The same module is loaded for an admin, so that the trace is one.
    expect(await add('inside.mjs')).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('is not a task') },
    });
    expect(existsSync(trace())).toBe(true);
    const { body } = await askAs('admin', coordinator.url, '/audit?limit=1');
    expect(body.entries).toMatchObject([
      { action: 'task.add', subject: 'inside.mjs', outcome: 'task.module', actor: { name: 'the admin' } },
    ]);
  });
});
