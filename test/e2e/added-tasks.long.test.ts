import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorTokens, textOf } from '../attacks/operators.ts';
import { command } from './kept-commands.ts';
import { SourceProcess } from './processes.ts';
import { RawDevice } from './raw-device.ts';

const cli = 'coordinator/cli/src/cli.ts';
const token = 'a token for every device';
let folder: string;
let serve: SourceProcess | undefined;

/** A task module as a team writes it, in a folder where nothing is installed. */
const moduleOf = (
  name: string,
  model = 'tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] })',
) => `
import { defineTask } from '@murmuration/coordinator';
import * as tf from '@murmuration/engine/tf';

export default defineTask({
  name: '${name}',
  model: () => ${model},
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  masking: 'off',
  cohort: { goal: 1, minimum: 1, overSelection: 1 },
  deadlines: { gathering: '10 min' },
  schedule: { every: '1 h' },
});
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-added-'));
  await mkdir(join(folder, 'tasks'));
  await writeFile(join(folder, 'first.task.ts'), moduleOf('first'));
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      port: 0,
      storage: join(folder, 'state'),
      tasksFolder: join(folder, 'tasks'),
      enrolmentTokens: [token],
      operatorTokens,
    }),
  );
});
afterEach(async () => {
  serve?.child.kill('SIGKILL');
  await serve?.ended();
  await rm(folder, { recursive: true });
});

/** A coordinator on the folder; returns where it listens. */
async function start(): Promise<string> {
  serve = new SourceProcess(cli, [
    'serve',
    join(folder, 'first.task.ts'),
    '--config',
    join(folder, 'config.json'),
  ]);
  return (await serve.printed(/listens on (http:\S+)/))[1]!;
}

const run = (url: string, ...args: string[]) =>
  command(args, { MURMURATION_TOKEN: textOf('admin'), MURMURATION_URL: url });

const tasksOf = async (url: string): Promise<string[]> => {
  const { tasks } = (await (await fetch(`${url}/v1/tasks`)).json()) as { tasks: { name: string }[] };
  return tasks.map(({ name }) => name);
};

describe('murmuration tasks add', { timeout: 180_000 }, () => {
  it('adds a task to a running coordinator, which devices take part in, and which a restart keeps', async () => {
    let url = await start();
    const device = await new RawDevice(url).connect();
    await device.enrol({ token });
    await device.hello();
    await writeFile(join(folder, 'tasks/second.task.ts'), 'export default 5;');
    const wrong = await run(url, 'tasks', 'add', 'second.task.ts');
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toContain('second.task.ts is not a task');

    // Corrected in place: the file is read again.
    await writeFile(join(folder, 'tasks/second.task.ts'), moduleOf('second'));
    const added = await run(url, 'tasks', 'add', 'second.task.ts');
    expect(added).toMatchObject({ code: 0, output: expect.stringContaining('second is added') });
    expect(await tasksOf(url)).toEqual(['first', 'second']);
    expect(serve!.errors).toContain('task added');
    // A device that was connected before is taken into a round of the task.
    await device.checkIn({ task: 'second' });
    expect((await device.assigned()).plan.task).toBe('second');
    device.socket.disconnect();

    const again = await run(url, 'tasks', 'add', 'second.task.ts');
    expect(again).toMatchObject({ code: 1, errors: expect.stringContaining('already a task "second"') });

    await run(url, 'tasks', 'pause', 'second');
    serve!.child.kill('SIGTERM');
    expect(await serve!.ended()).toBe(0);
    url = await start();
    expect(await tasksOf(url)).toEqual(['first', 'second']);
    const listed = await run(url, 'tasks', 'list', '--json');
    expect(JSON.parse(listed.output)).toMatchObject([{ task: 'first' }, { task: 'second', isPaused: true }]);
  });

  it('leaves no trace of a task that can not begin, and runs without one whose module is gone', async () => {
    let url = await start();
    await writeFile(
      join(folder, 'tasks/broken.ts'),
      moduleOf('broken', '{ throw new Error("no model today"); }'),
    );
    const broken = await run(url, 'tasks', 'add', 'broken.ts');
    expect(broken).toMatchObject({ code: 1, errors: expect.stringContaining('no model today') });
    expect(await tasksOf(url)).toEqual(['first']);

    await writeFile(join(folder, 'tasks/gone.ts'), moduleOf('gone'));
    expect(await run(url, 'tasks', 'add', 'gone.ts')).toMatchObject({ code: 0 });
    serve!.child.kill('SIGTERM');
    await serve!.ended();
    await rm(join(folder, 'tasks/gone.ts'));
    url = await start();
    expect(await tasksOf(url)).toEqual(['first']);
    expect(serve!.errors).toContain('loading the added task gone');
  });
});
