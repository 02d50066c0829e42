// @module-tag postgresql
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePorts } from '../free-port.ts';
import { PostgresqlServer } from '../postgresql-server.ts';
import { command } from './kept-commands.ts';
import { enrolmentToken, lineOptions } from './line.ts';
import { PackedProcess } from './processes.ts';

/** Devices of a round, half of them at each cell. */
const cohort = 12;
/** So many that a cell with fewer than half a cohort comes about once in a million deals. */
const count = 40;
let server: PostgresqlServer;
let storage: string;
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

const at = (port: number) => `http://127.0.0.1:${port}`;

function serve(role: 'front' | 'cell', port: number, tasks: readonly string[]): PackedProcess {
  const process = new PackedProcess('coordinator/cli/src/cli.ts', ['serve', '--role', role, ...tasks], {
    MURMURATION_STORAGE: storage,
    MURMURATION_PORT: String(port),
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
  });
  started.push(process);
  return process;
}

/** A device that trains for as long as `goOn` says. */
async function join(front: string, index: number, goOn: Promise<void>, training: () => void) {
  const { tasks, ...options } = lineOptions(front, index, memoryStorage());
  const client = new FederatedClient({
    ...options,
    transport: index % 2 === 0 ? 'sockets' : 'http',
    tasks: {
      line: {
        ...tasks.line!,
        trainer: {
          async train({ layout }) {
            training();
            await goOn;
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
  return errors;
}

it('TK5: one masked round over two cells has the updates of its whole cohort, also where a cell is killed in the midst of it', async () => {
  storage = await server.freshDatabase();
  const made = await command(['tokens', 'create', '--role', 'admin', '--name', 'Ada', '--storage', storage]);
  const admin = made.output.trim();
  const [one, two, first, second] = await freePorts(4);
  const fronts = [at(one!), at(two!)];
  const task = ['test/e2e/spread-task.ts'];
  const cells = new Map([
    [at(first!), serve('cell', first!, task)],
    [at(second!), serve('cell', second!, task)],
  ]);
  const running = [serve('front', one!, []), serve('front', two!, [])];
  await Promise.all([...cells.values(), ...running].map(each => each.printed(/listens on/)));
  const ask = async (path: string, method = 'GET', front = fronts[1]!) => {
    const answer = await fetch(front + path, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    });
    return { ...((await answer.json()) as object), isOk: answer.ok } as Record<string, unknown>;
  };
  // Each front looks by itself for what cells have.
  for (const front of fronts)
    await expect.poll(async () => (await ask('/v1/tasks/line', 'GET', front)).name).toBe('line');
  // A round that begins now, not while the processes were starting: its devices are to come within its time.
  await ask('/v1/admin/tasks/line/abort-round', 'POST');
  await expect.poll(async () => (await ask('/v1/admin/tasks/line/start-round', 'POST')).isOk).toBe(true);

  let goOn = () => {};
  const toldToGoOn = new Promise<void>(resolve => {
    goOn = resolve;
  });
  const atWork = new Set<number>();
  const all = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      join(fronts[index % 2]!, index, toldToGoOn, () => atWork.add(index)),
    ),
  );
  await expect.poll(() => atWork.size, { timeout: 120_000 }).toBe(cohort);
  // The devices of the round are with both cells.
  const connected = await Promise.all(
    [...cells.keys()].map(async cell => {
      const metrics = await (
        await fetch(`${cell}/metrics`, { headers: { authorization: `Bearer ${admin}` } })
      ).text();
      return Number(/^murmuration_connected_devices\S* (\d+)/m.exec(metrics)?.[1]);
    }),
  );
  expect(Math.min(...connected)).toBeGreaterThanOrEqual(cohort / 2);

  cells.get(at(second!))!.child.kill('SIGKILL');
  goOn();
  const rounds = async () =>
    (await ask('/v1/tasks/line/rounds')).rounds as { phase: string; number: number }[] | undefined;
  await expect
    .poll(async () => (await rounds())?.[0], { timeout: 120_000 })
    .toMatchObject({ phase: 'published', tally: { cohort, accepted: cohort, lost: 0 } });
  const detail = await ask(`/v1/admin/tasks/line/rounds/${(await rounds())?.[0]?.number}`);
  const parts = detail.parts as { devices: number; contributors: number; failure: string | null }[];
  expect(parts).toHaveLength(2);
  expect(parts.map(({ failure }) => failure)).toEqual([null, null]);
  expect(parts.map(({ contributors }) => contributors)).toEqual([cohort / 2, cohort / 2]);
  const [version] = (await ask('/v1/tasks/line/models')).models as { contributors: number }[];
  expect(version).toMatchObject({ contributors: cohort, privacy: { delta: 1e-6, text: expect.any(String) } });
  expect(all.flat().filter(code => !code.startsWith('server.'))).toEqual([]);
}, 300_000);
