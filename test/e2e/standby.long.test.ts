// @module-tag postgresql
import { FederatedClient } from '@murmuration/client-sdk/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { PostgresqlServer } from '../postgresql-server.ts';
import { command } from './kept-commands.ts';
import { enrolmentToken, lineOptions } from './line.ts';
import { PackedProcess } from './processes.ts';

let server: PostgresqlServer;
let env: Record<string, string>;
let url: string;
let admin: string;
const started: PackedProcess[] = [];
/** Resolved once the device may go on with its training. */
const goOn = promised();
let client: FederatedClient | undefined;

beforeAll(async () => {
  server = await PostgresqlServer.start();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    MURMURATION_STORAGE: await server.freshDatabase(),
    MURMURATION_PORT: String(port),
    MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
  };
});

afterAll(async () => {
  goOn.resolve();
  await client?.stop();
  for (const each of started) {
    each.child.kill('SIGKILL');
    await each.ended();
  }
  await server.remove();
});

function serve(more: Record<string, string> = {}): PackedProcess {
  const process = new PackedProcess('coordinator/cli/src/cli.ts', ['serve', 'test/e2e/line-task.ts'], {
    ...env,
    ...more,
  });
  started.push(process);
  return process;
}

/** Rounds and versions as they are told of. */
const ask = async (path: string) =>
  (await fetch(url + path, { headers: { authorization: `Bearer ${admin}` } })).json();
const rounds = async () => (await ask('/v1/tasks/line/rounds')).rounds;

describe('a coordinator whose storage is in PostgreSQL', () => {
  it('is replaced by the one that waits when it is killed, and its round goes on', async () => {
    const storage = env.MURMURATION_STORAGE!;
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
    expect(made).toMatchObject({ code: 0 });
    admin = made.output.trim();
    const first = serve({ MURMURATION_STANDBY: 'true' });
    await first.printed(/listens on/);

    const other = serve();
    expect(await other.ended()).toBe(1);
    expect(other.errors).toContain('Another coordinator has the database');
    const health = await freePort();
    const waiting = serve({ MURMURATION_STANDBY: 'true', MURMURATION_HEALTH_PORT: String(health) });
    await waiting.printed(/takes over when that one ends/);
    const healthOf = async (what: string) =>
      (await fetch(`http://127.0.0.1:${health}/health/${what}`)).status;
    expect([await healthOf('live'), await healthOf('ready')]).toEqual([200, 503]);

    // One that waits can be told to end.
    const third = serve({ MURMURATION_STANDBY: 'true' });
    await third.printed(/takes over when that one ends/);
    third.child.kill('SIGTERM');
    expect(await third.ended()).toBe(0);

    const { tasks, ...options } = lineOptions(url, 0);
    const training = promised();
    client = new FederatedClient({
      ...options,
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
    await client.start();
    await training.promise;
    const [before] = await rounds();
    first.child.kill('SIGKILL');
    await waiting.printed(/listens on/);
    expect(await healthOf('ready')).toBe(200);
    expect(await rounds()).toMatchObject([{ round: before.round, endedAt: null }]);
    goOn.resolve();
    await expect.poll(async () => (await rounds()).at(-1).phase).toBe('published');
    expect((await rounds()).at(-1)).toMatchObject({
      round: before.round,
      tally: { cohort: 1, accepted: 1, lost: 0 },
    });
    expect((await ask('/v1/tasks/line/models')).models.at(-2)).toMatchObject({
      number: 1,
      round: before.round,
    });

    expect((await ask('/v1/admin/audit')).entries).toMatchObject([{ action: 'operator-token.create' }]);
    waiting.child.kill('SIGTERM');
    expect(await waiting.ended()).toBe(0);
    for (const { output, errors } of started) expect(output + errors).not.toMatch(/a(%20| )secret/);
  });
});

/** A promise, and what resolves it. */
function promised() {
  let resolve = () => {};
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}
