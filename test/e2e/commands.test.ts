import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from './kept-commands.ts';
import { PackedProcess } from './processes.ts';
import { RawDevice } from './raw-device.ts';

const cli = 'coordinator/cli/src/cli.ts';

let folder: string;
let storage: string;
let url: string;
let admin: string;
let serve: PackedProcess;

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  command(args, { MURMURATION_TOKEN: '', MURMURATION_URL: url ?? '', ...env });

/** What a command prints for programs, asked by the owner of `token`. */
async function json<Value>(args: readonly string[], token = admin): Promise<Value> {
  const { code, output, errors } = await run([...args, '--json'], { MURMURATION_TOKEN: token });
  // On a busy machine it says what it waits for.
  expect([code, errors.replace('Loading the model …\n', '')]).toEqual([0, '']);
  return JSON.parse(output) as Value;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-commands-'));
  storage = join(folder, 'state');
  const first = await run(['tokens', 'create', '--role', 'admin', '--name', 'Ada', '--storage', storage]);
  expect(first).toMatchObject({
    code: 0,
    errors: expect.stringMatching(/token of Ada \(admin\) now\. It won't be shown again/),
  });
  admin = first.output.trim();
  const verifier = join(folder, 'verifier.mjs');
  await writeFile(verifier, 'export default async ({ token }) => token === "attested";');
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ port: 0, storage, enrolmentVerifier: verifier, log: 'silent' }));
  serve = new PackedProcess(cli, ['serve', 'test/e2e/line-task.ts', '--config', config]);
  const [, printed] = await serve.printed(/listens on (http:\S+)/);
  url = printed!;
});

afterAll(async () => {
  serve.child.kill('SIGTERM');
  expect(await serve.ended()).toBe(0);
  await rm(folder, { recursive: true });
});

const idOf = (text: string) => text.slice(4, 20);

const timeout = 120_000;

describe('murmuration tokens', { timeout }, () => {
  it('makes the first one before there is a coordinator, and stores no token', async () => {
    expect(admin).toMatch(/^mmo_[\w-]{59}$/);
    for (const name of await readdir(storage)) {
      const bytes = await readFile(join(storage, name)).catch(() => Buffer.alloc(0));
      expect(bytes.includes(admin.slice(20))).toBe(false);
    }
  });

  it('makes one on the folder of a running coordinator, which knows and forgets it at once', async () => {
    const made = await run([
      'tokens',
      'create',
      '--role',
      'viewer',
      '--name',
      'Vi',
      '--expires',
      '90 d',
      '--storage',
      storage,
      '--json',
    ]);
    const { id, text, expiresAt } = JSON.parse(made.output);
    expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 89 * 86_400_000);
    expect(await json(['devices', 'list'], text)).toEqual([]);
    const listed = await json<{ id: string; state: string }[]>(['tokens', 'list', '--storage', storage]);
    expect(listed).toMatchObject([
      { id, name: 'Vi', role: 'viewer', state: 'valid' },
      { id: idOf(admin), name: 'Ada' },
    ]);
    expect(await run(['tokens', 'revoke', id, '--storage', storage])).toMatchObject({ code: 0 });
    expect(await run(['devices', 'list'], { MURMURATION_TOKEN: text })).toMatchObject({ code: 3 });
  });

  it('is used over the admin API with a token, as far as its role goes', async () => {
    const { text } = await json<{ text: string }>(['tokens', 'create', '--role', 'operator', '--name', 'Op']);
    const { code, output } = await run(['tokens', 'list'], { MURMURATION_TOKEN: admin });
    expect(code).toBe(0);
    expect(output).toMatch(/^id +name +role +state +created +expires$/m);
    expect(output).toMatch(new RegExp(`^${idOf(text)} +Op +operator +valid +\\S+ \\S+Z +–$`, 'm'));
    expect(output).not.toContain(text.slice(20));
    expect(await run(['tokens', 'list'], { MURMURATION_TOKEN: text })).toMatchObject({
      code: 3,
      output: '',
      errors: expect.stringMatching(/needs the role admin/),
    });
  });

  it('prints one for a configuration, and keeps it nowhere', async () => {
    const made = await run([
      'tokens',
      'create',
      '--role',
      'viewer',
      '--name',
      'CI',
      '--for-config',
      '--json',
    ]);
    const { text, entry } = JSON.parse(made.output);
    expect(entry).toEqual({
      id: idOf(text),
      name: 'CI',
      role: 'viewer',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await run(['devices'], { MURMURATION_TOKEN: text })).toMatchObject({ code: 3 });
  });

  it.each([
    ['no token', ['devices'], {}, 3, /MURMURATION_TOKEN/],
    ['a wrong token', ['devices'], { MURMURATION_TOKEN: 'mmo_' }, 3, /missing, unknown, expired or revoked/],
    [
      'no coordinator',
      ['devices', '--url', 'http://127.0.0.1:1'],
      { MURMURATION_TOKEN: 'x' },
      5,
      /does not answer/,
    ],
    [
      'an unknown role',
      ['tokens', 'create', '--role', 'root', '--name', 'x'],
      {},
      1,
      /Allowed choices are viewer/,
    ],
  ])('says what is wrong about %s, by its exit code as well', async (_, args, env, code, sentence) => {
    expect(await run(args, env as Record<string, string>)).toMatchObject({
      code,
      output: '',
      errors: expect.stringMatching(sentence),
    });
  });
});

describe('murmuration tokens of kind inference', { timeout }, () => {
  it('makes tokens that are valid at once, lists them, and revokes them', async () => {
    const { id, text } = await json<{ id: string; text: string }>([
      'tokens',
      'create',
      '--kind',
      'inference',
      '--name',
      'a shop',
      '--right',
      'predict',
      'manage',
      '--model',
      'line',
      'spam',
      '--per-second',
      '50',
      '--per-day',
      '1000',
    ]);
    const ask = async () => {
      const index = `${url}/v2/repository/index`;
      const answer = await fetch(index, { method: 'POST', headers: { authorization: `Bearer ${text}` } });
      return answer.status;
    };
    expect(await ask()).toBe(200);
    const { output } = await run(['tokens', '--kind', 'inference'], { MURMURATION_TOKEN: admin });
    expect(output).toMatch(new RegExp(`^${id} +a shop +valid +predict, +line, spam +50 +1000 in 24 `, 'm'));
    expect(await json(['tokens', 'revoke', id, '--kind', 'inference'])).toMatchObject({
      id,
      state: 'revoked',
    });
    expect(await ask()).toBe(401);
  });
});

describe('murmuration devices', { timeout }, () => {
  const enrol = async (token: string) => {
    const device = await new RawDevice(url).connect();
    await device.enrol({ token });
    await device.hello();
    return device;
  };

  it('makes enrolment tokens, lists and revokes them', async () => {
    const { id, text } = await json<{ id: string; text: string }>([
      'tokens',
      'create',
      '--kind',
      'enrolment',
      '--name',
      'two phones',
      '--uses',
      '2',
      '--expires',
      '1 h',
    ]);
    const device = await enrol(text);
    expect(await json(['tokens', '--kind', 'enrolment'])).toMatchObject([
      { id, name: 'two phones', uses: 1, maxUses: 2 },
    ]);
    await json(['tokens', 'revoke', '--kind', 'enrolment', id]);
    const { output } = await run(['tokens', 'list', '--kind', 'enrolment'], { MURMURATION_TOKEN: admin });
    expect(output).toMatch(new RegExp(`^${id} +two phones +revoked +1 +2 `, 'm'));
    await expect(enrol(text)).rejects.toMatchObject({ code: 'device.enrolment-refused' });
    device.socket.disconnect();
  });

  it('lists devices, shows one, and revokes it at once', async () => {
    // The configuration names a verifier of its own.
    const device = await enrol('attested');
    const id = device.id!;
    expect(await json(['devices', 'list', '--limit', '1'])).toMatchObject([
      { device: id, isConnected: true },
    ]);
    expect(await json(['devices', 'show', id])).toMatchObject({ device: id, revokedAt: null });
    const closed = device.closed();
    expect(await json(['devices', 'revoke', id])).toMatchObject({ device: id, isConnected: false });
    await closed;
    device.socket.disconnect();
    expect(await json(['devices', 'list', '--revoked'])).toMatchObject([{ device: id }]);
    expect(await json<unknown[]>(['devices', 'list', '--no-revoked'])).toHaveLength(1);
    const { output } = await run(['devices'], { MURMURATION_TOKEN: admin });
    expect(output).toMatch(new RegExp(`^${id} +revoked +`, 'm'));
    expect(await run(['devices', 'show', `-${'a'.repeat(21)}`], { MURMURATION_TOKEN: admin })).toMatchObject({
      code: 4,
      errors: expect.stringMatching(/no device of this id/),
    });
  });
});

describe('murmuration tasks and audit', { timeout }, () => {
  it('steer the rounds, and show who did what', async () => {
    await json(['tasks', 'pause', 'line']);
    expect(await json(['tasks'])).toMatchObject([{ task: 'line', isPaused: true, nextRoundAt: null }]);
    const unknown = await run(['tasks', 'abort', 'none'], { MURMURATION_TOKEN: admin });
    expect(unknown).toMatchObject({ code: 4, errors: expect.stringMatching(/no task "none"/) });
    expect(await json(['audit', '--limit', '2'])).toMatchObject([
      {
        actor: { id: idOf(admin), name: 'Ada' },
        action: 'round.abort',
        subject: 'none',
        outcome: 'task.unknown',
      },
      { action: 'task.pause', subject: 'line', outcome: 'done' },
    ]);
    const { output } = await run(['audit'], { MURMURATION_TOKEN: admin });
    expect(output).toMatch(/^2 +\S+ \S+Z +\S+ local +operator-token\.create +done\n +\S{16}$/m);
  });
});

describe('murmuration tasks apply, models promote and rollback', { timeout }, () => {
  it('change settings as a file says, once they fit', async () => {
    const wish = join(folder, 'wish.json');
    await writeFile(wish, JSON.stringify({ task: 'line', cohort: { goal: 0 } }));
    const wrong = await run(['tasks', 'apply', wish], { MURMURATION_TOKEN: admin });
    expect(wrong).toMatchObject({ code: 1, errors: expect.stringMatching(/^cohort\.goal: .*found 0\.$/m) });
    await writeFile(wish, JSON.stringify({ task: 'line', schedule: { every: '2 h' } }));
    expect(await json(['tasks', 'apply', wish, '--dry-run'])).toMatchObject({
      applied: false,
      changes: [{ field: 'schedule.every' }],
    });
    const { output } = await run(['tasks', 'apply', wish, '--if-plan-version', '1'], {
      MURMURATION_TOKEN: admin,
    });
    expect(output).toMatch(/^schedule\.every +\d+ +7200000$/m);
    expect(output).toMatch(/^Version 2 of the plan of line/m);
    expect(await json(['tasks', 'settings', 'line'])).toMatchObject({
      task: 'line',
      schedule: { every: 7_200_000 },
    });
    const late = await run(['tasks', 'apply', wish, '--if-plan-version', '1'], { MURMURATION_TOKEN: admin });
    expect(late).toMatchObject({ code: 1, errors: expect.stringMatching(/version 2 now, not 1/) });
  });

  it('name the version that devices serve', async () => {
    expect(await json(['models', 'promote', 'line@0'])).toMatchObject({
      champion: { number: 0, isPinned: true, by: 'Ada' },
    });
    expect(await json(['models', 'promote', 'line@0', '--alias', 'challenger'])).toMatchObject({
      aliases: [{ alias: 'challenger' }, { alias: 'champion' }],
    });
    expect(await json(['models', 'show', 'line@0'])).toMatchObject({ number: 0, smaller: null });
    const named = async (version: string) =>
      (await json(['models', 'export', version, join(folder, 'exported')])) as { model: string };
    expect(await named('line@challenger')).toEqual(await named('line@0'));
    expect(await run(['models', 'export', 'line@best', folder], { MURMURATION_TOKEN: admin })).toMatchObject({
      code: 4,
      errors: expect.stringMatching(/no alias best; it has champion, latest, challenger/),
    });
    const packaged = ['models', 'export', 'line@challenger', join(folder, 'package'), '--as', 'npm'];
    expect(await json([...packaged, '--int8'])).toMatchObject({
      name: 'line-model',
      version: '1.0.0',
      weights: 'int8',
      measured: { examples: 8 },
    });
    expect(await run([...packaged, '--name', 'No name'], { MURMURATION_TOKEN: admin })).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/"No name" is no name of a package/),
    });
    const late = await run(['models', 'rollback', 'line@0', '--from', '7'], { MURMURATION_TOKEN: admin });
    expect(late.code).not.toBe(0);
    expect(late.errors).toMatch(/Version 7 of line is not served any more: .* version 0/);
    const { output } = await run(['models', 'rollback', 'line@0'], { MURMURATION_TOKEN: admin });
    expect(output).toMatch(/^Devices serve version 0 of line, and the next round trains from it/);
    expect(await json(['models', 'promote', 'line'])).toMatchObject({ champion: { isPinned: false } });
    const none = await run(['models', 'rollback', 'line@7'], { MURMURATION_TOKEN: admin });
    expect(none).toMatchObject({ code: 4, errors: expect.stringMatching(/no version 7/) });
  });
});

describe('a name or an id that is none', { timeout }, () => {
  it.each([
    ['tasks pause a..b', '"a..b" is no task name: it has to be a lower-case letter, then up to 62'],
    ['tasks settings Line', '"Line" is no task name: it has to be a lower-case letter'],
    ['tasks pause ..', '".." is no name and no id: these have letters or digits'],
    ['queries show line ..', '".." is no name and no id: these have letters or digits'],
    ['queries show line a.b', '"a.b" is no name of a query: it has to be a lower-case letter'],
    ['devices show me', '"me" is no id of a device: it has to be 22 letters, digits'],
    ['tokens revoke a.b', 'What this address has is no id of a token: it has to be 16 letters, digits'],
  ])('is refused by `murmuration %s` in words', async (args, said) => {
    const { code, errors } = await run(args.split(' '), { MURMURATION_TOKEN: admin });
    expect(code).toBe(1);
    expect(errors).toContain(said);
    expect(errors).not.toMatch(/pattern|must match/);
  });
});
