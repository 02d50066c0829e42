// @module-tag postgresql
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { freePorts } from '../free-port.ts';
import { PostgresqlServer } from '../postgresql-server.ts';
import { command } from './kept-commands.ts';
import { enrolmentToken, lineOptions, lineTask } from './line.ts';
import { PackedProcess } from './processes.ts';
import { RawDevice } from './raw-device.ts';

let server: PostgresqlServer;
let storage: string;
let admin: string;
let fronts: readonly string[];
const started: PackedProcess[] = [];
const clients: FederatedClient[] = [];

beforeAll(async () => {
  server = await PostgresqlServer.start();
});

afterAll(async () => {
  await Promise.all(clients.map(client => client.stop()));
  for (const each of started) {
    each.child.kill('SIGKILL');
    await each.ended();
  }
  await server.remove();
});

function serve(role: 'front' | 'cell', port: number, tasks: readonly string[]): PackedProcess {
  const process = new PackedProcess('coordinator/cli/src/cli.ts', ['serve', '--role', role, ...tasks], {
    MURMURATION_STORAGE: storage,
    MURMURATION_PORT: String(port),
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
  });
  started.push(process);
  return process;
}

const at = (port: number) => `http://127.0.0.1:${port}`;

/** What these tests read of answers. */
interface Answer {
  readonly name?: string;
  readonly rounds?: readonly {
    readonly round: string;
    readonly phase: string;
    readonly endedAt: string | null;
  }[];
}

/** What a front answers operators, from the cell that has the task. */
async function ask(path: string, front = fronts[0]!): Promise<Answer> {
  const answer = await fetch(front + path, { headers: { authorization: `Bearer ${admin}` } });
  return (await answer.json()) as Answer;
}

/** A device that stays in its training until it is told to go on. */
async function join(front: string, index: number, transport: 'sockets' | 'http') {
  const training = promised();
  const goOn = promised();
  const { tasks, ...options } = lineOptions(front, index, memoryStorage());
  const client = new FederatedClient({
    ...options,
    transport,
    tasks: {
      line: {
        ...tasks.line!,
        trainer: {
          async train({ layout }) {
            training.resolve();
            await goOn.promise;
            return { delta: new Float32Array(layout.count).fill(0.1), examples: 20, metrics: {} };
          },
          async close() {},
        },
      },
    },
  });
  clients.push(client);
  const errors: string[] = [];
  client.on('error', ({ code }) => errors.push(code));
  await client.start();
  return { client, training: training.promise, goOn: goOn.resolve, errors };
}

describe('two fronts and two cells', () => {
  it.each(['sockets', 'http'] as const)(
    'have a round go on at the other cell when its cell is killed, with a device over %s',
    async transport => {
      storage = await server.freshDatabase();
      const made = await command([
        'tokens',
        'create',
        '--role',
        'admin',
        '--name',
        'Ada',
        '--storage',
        storage,
      ]);
      admin = made.output.trim();
      const [one, two, first, second] = await freePorts(4);
      fronts = [at(one!), at(two!)];
      const task = ['test/e2e/line-task.ts'];
      const cells = new Map([
        [at(first!), serve('cell', first!, task)],
        [at(second!), serve('cell', second!, task)],
      ]);
      const running = [serve('front', one!, []), serve('front', two!, [])];
      await Promise.all([...cells.values(), ...running].map(each => each.printed(/listens on/)));
      await expect.poll(async () => (await ask('/v1/tasks/line')).name).toBe('line');

      const { training, goOn, errors } = await join(fronts[0]!, 0, transport);
      await training;
      const [before] = (await ask('/v1/tasks/line/rounds')).rounds!;
      expect(before).toMatchObject({ endedAt: null });
      const holder = (
        await Promise.all(
          [...cells.keys()].map(async cell => ((await fetch(`${cell}/v1/tasks/line`)).ok ? cell : '')),
        )
      ).find(Boolean)!;
      cells.get(holder)!.child.kill('SIGKILL');
      const rounds = async () => (await ask('/v1/tasks/line/rounds', fronts[1])).rounds ?? [];
      await expect
        .poll(async () => (await rounds()).at(-1))
        .toMatchObject({
          round: before!.round,
          endedAt: null,
        });
      goOn();
      await expect.poll(async () => (await rounds()).at(-1)?.phase).toBe('published');
      expect((await rounds()).at(-1)).toMatchObject({
        round: before!.round,
        tally: { cohort: 1, accepted: 1, lost: 0 },
      });
      expect(errors.filter(code => !code.startsWith('server.'))).toEqual([]);

      // A cell takes a check-in only from whom a front has sent.
      const [left] = [...cells.keys()].filter(cell => cell !== holder);
      const stranger = new RawDevice(left!);
      await stranger.connect();
      await stranger.enrol();
      await stranger.hello();
      for (const change of [{}, { ticket: 'forged' }, { ticket: `${'a'.repeat(90)}.${'b'.repeat(43)}` }])
        await expect(stranger.checkIn(change)).rejects.toMatchObject({ code: 'ticket.refused' });
      stranger.disconnect();

      // Operators ask a front, which asks the cell; the cell looks at who asks.
      expect(await ask('/v1/admin/tasks/line/pace')).toMatchObject({ cohortSize: 1 });
      expect((await fetch(`${fronts[0]}/v1/admin/tasks/line/pace`)).status).toBe(401);
      expect(await ask('/v1/tasks/digits')).toMatchObject({ code: 'task.unknown' });
    },
  );
});

it('takes what devices send of tasks that a cell does not have yet, as long as they may be', async () => {
  storage = await server.freshDatabase();
  const config = parseConfig({
    storage,
    role: 'cell',
    port: 0,
    enrolmentTokens: [enrolmentToken],
    log: 'silent',
  });
  const task = lineTask({
    masking: { corrupt: 0.05, dropping: 0.1, smallestGroup: 3 },
    cohort: { goal: 40, minimum: 8, overSelection: 1 },
  });
  // It has not been started: all tasks are with nobody. Devices come before it has taken one over, and go on once it names their round.
  const cell = await createCoordinator(config, [task]);
  try {
    const device = await new RawDevice(cell.url).connect();
    await device.enrol();
    await device.hello();
    const [round, assignment] = ['r'.repeat(22), 'a'.repeat(22)];
    const sent = { round, assignment, message: new Uint8Array(3_000) };
    await expect(device.ask('shares', sent, z.null())).rejects.toMatchObject({ code: 'round.unknown' });
    device.disconnect();
  } finally {
    await cell.stop();
  }
});

/** A promise, and what resolves it. */
function promised() {
  let resolve = () => {};
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}
