import { type Changed, livePath } from '@murmuration/api/live';
import { type LogLines, logLines } from '@murmuration/api/log';
import { type Overview, overview } from '@murmuration/api/overview';
import type { Role } from '@murmuration/api/role';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineClient, lineTask } from './line.ts';

const tokens = {
  viewer: mintToken('operator', systemRandom, native),
  operator: mintToken('operator', systemRandom, native),
  admin: mintToken('operator', systemRandom, native),
};
const operatorTokens = Object.entries(tokens).map(([role, { proof }]) => ({
  id: proof.id,
  name: `the ${role}`,
  role: role as Role,
  sha256: hex(proof.digest),
}));

let coordinator: Coordinator;
const sockets: Socket[] = [];

beforeEach(async () => {
  const config = parseConfig({
    port: 0,
    log: 'silent',
    enrolmentTokens: [enrolmentToken],
    operatorTokens,
  });
  coordinator = await createCoordinator(
    { ...config, limits: { ...config.limits, dashboardsPerAddress: 3 } },
    [
      lineTask({
        schedule: { every: '1 h' },
        cohort: { goal: 3, minimum: 2, overSelection: 1 },
        deadlines: { gathering: '1 h', updates: '1 h' },
      }),
    ],
    { clock: systemClock, random: systemRandom },
  );
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.disconnect();
  await coordinator.stop();
});

function watch(headers: Record<string, string>): Socket {
  const socket = io(coordinator.url, {
    path: livePath,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: headers,
  });
  sockets.push(socket);
  return socket;
}

const bearer = (role: keyof typeof tokens) => ({ authorization: `Bearer ${tokens[role].text}` });

/** The first state that `wanted` is true for; those before and after it stay with the socket. */
const stateOf = (socket: Socket, wanted: (state: Overview) => boolean = () => true) =>
  new Promise<Overview>(resolve => {
    socket.on('overview', (state: Overview) => wanted(state) && resolve(state));
  });

const refusal = (socket: Socket) =>
  new Promise<string>((resolve, reject) => {
    socket.on('connect', () => reject(new Error('It was let in.')));
    socket.on('connect_error', ({ message }) => resolve(message));
  });

async function signIn(token = tokens.admin.text): Promise<string> {
  const response = await fetch(`${coordinator.url}/v1/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: coordinator.url },
    body: JSON.stringify({ token }),
  });
  expect(response.status).toBe(201);
  return response.headers.get('set-cookie')!.split(';')[0]!;
}

describe('the live feed', () => {
  it('lets in whoever has an operator token, or a session on a page of this origin, and nobody else', async () => {
    const cookie = await signIn();
    const origin = coordinator.url;
    for (const headers of [bearer('viewer'), { cookie, origin }])
      expect(overview.parse(await stateOf(watch(headers))).tasks).toMatchObject([
        { task: 'line', round: null },
      ]);
    const forbidden: Record<string, string>[] = [
      {},
      { authorization: 'Bearer mmo_' },
      { cookie },
      { cookie, origin: 'http://evil.example' },
    ];
    const counted: string[] = [];
    coordinator.events.on('refused', (_, code) => counted.push(code));
    for (const headers of forbidden) expect(await refusal(watch(headers))).toBe('websocket error');
    // A page whose session has ended tries no token.
    expect(counted).toEqual(['operator.unauthenticated', 'operator.cross-site', 'operator.cross-site']);
  });

  it('sends lines of the log to operators as they are written, and none to a viewer', async () => {
    const [viewer, operator] = [watch(bearer('viewer')), watch(bearer('operator'))];
    await Promise.all([viewer, operator].map(each => stateOf(each)));
    const seen: LogLines[] = [];
    viewer.on('log', (lines: LogLines) => seen.push(lines));
    const heard = new Promise<LogLines>(resolve => operator.once('log', resolve));
    coordinator.events.emit('fault', 'a listener', new Error(`no such token ${tokens.admin.text}`));
    const { run, lines } = logLines.parse(await heard);
    expect(lines).toMatchObject([{ level: 'error', message: 'fault', fields: { where: 'a listener' } }]);
    expect(JSON.stringify(lines)).not.toContain(tokens.admin.text.slice(20));

    const asked = async (role: keyof typeof tokens, after: number) => {
      const answer = await fetch(`${coordinator.url}/v1/admin/log?after=${after}`, { headers: bearer(role) });
      return { status: answer.status, body: await answer.json() };
    };
    const [{ number }] = lines as [LogLines['lines'][number]];
    expect(await asked('operator', number - 1)).toEqual({ status: 200, body: { run, lines } });
    expect(await asked('operator', number)).toEqual({ status: 200, body: { run, lines: [] } });
    expect(await asked('viewer', 0)).toMatchObject({ status: 403, body: { code: 'operator.forbidden' } });

    // What follows reaches the viewer after the line of the log would have.
    const moved = stateOf(viewer, ({ tasks: [task] }) => task?.isPaused === true);
    await coordinator.control.pause('line' as TaskName);
    await moved;
    expect(seen).toEqual([]);
  });

  it('says what time it is with whatever has changed', async () => {
    const viewer = watch(bearer('viewer'));
    const { time } = await stateOf(viewer);
    const next = stateOf(viewer);
    coordinator.events.emit('measured', 'line' as TaskName);
    expect(Date.parse((await next).time)).toBeGreaterThanOrEqual(Date.parse(time));
  });

  it('tells each dashboard at once how a round goes, phase by phase', async () => {
    const dashboards = [watch(bearer('viewer')), watch(bearer('admin'))];
    await Promise.all(dashboards.map(each => stateOf(each)));
    const changes: Changed[] = [];
    dashboards[0]!.on('changed', (change: Changed) => changes.push(change));
    const published = dashboards.map(each =>
      stateOf(each, ({ tasks: [task] }) => task?.newest.number === 1 && task.round === null),
    );
    const gathering = dashboards.map(each =>
      stateOf(each, ({ tasks: [task] }) => task?.round?.phase === 'gathering' && task.waiting === 2),
    );
    const clients = [0, 1, 2, 3].map(index => lineClient(coordinator.url, index));
    await coordinator.start();
    await Promise.all(clients.slice(0, 2).map(client => client.start()));
    for (const waiting of await Promise.all(gathering))
      expect(overview.parse(waiting).tasks[0]!.round).toMatchObject({
        quorum: { accepted: 2, goal: 3 },
        phases: [{ phase: 'gathering', endedAt: null }],
      });
    await clients[2]!.start();
    const [state] = await Promise.all(published);
    expect(state!.tasks[0]).toMatchObject({
      last: { number: 1, outcome: 'published' },
      champion: { number: 1 },
    });
    expect(state!.devices.connected).toBe(3);
    expect(changes).toEqual(
      expect.arrayContaining([
        { subject: 'devices', task: null },
        { subject: 'rounds', task: 'line' },
        { subject: 'versions', task: 'line' },
      ]),
    );
    await Promise.all(clients.map(client => client.stop()));
  });

  it('tells what operators do', async () => {
    const dashboard = watch(bearer('viewer'));
    await stateOf(dashboard);
    const paused = stateOf(dashboard, ({ tasks: [task] }) => task!.isPaused);
    const audited = new Promise<Changed>(resolve => dashboard.on('changed', resolve));
    const pause = await fetch(`${coordinator.url}/v1/admin/tasks/line/pause`, {
      method: 'POST',
      headers: bearer('admin'),
    });
    expect(pause.status).toBe(200);
    await paused;
    expect(await audited).toEqual({ subject: 'audit', task: null });
  });

  it('signs out whoever may look no more, with a session or a token, at once, and nobody else', async () => {
    const asAdmin = { ...bearer('admin'), 'content-type': 'application/json' };
    const made = await fetch(`${coordinator.url}/v1/admin/operator-tokens`, {
      method: 'POST',
      headers: asAdmin,
      body: JSON.stringify({ name: 'for a day', role: 'viewer' }),
    });
    const { token, text } = (await made.json()) as { token: { id: string }; text: string };
    const origin = coordinator.url;
    const cookie = await signIn(text);
    const leaving = [watch({ authorization: `Bearer ${text}` }), watch({ cookie, origin })];
    const staying = watch(bearer('viewer'));
    await Promise.all([...leaving, staying].map(each => stateOf(each)));
    const told = leaving.map(
      each =>
        new Promise<string[]>(resolve => {
          const heard: string[] = [];
          each.on('signed-out', () => heard.push('signed-out'));
          each.on('disconnect', reason => resolve([...heard, reason]));
        }),
    );
    const stillTold = new Promise<Changed>(resolve => staying.on('changed', resolve));
    const revoked = await fetch(`${coordinator.url}/v1/admin/operator-tokens/${token.id}/revoke`, {
      method: 'POST',
      headers: bearer('admin'),
    });
    expect(revoked.status).toBe(200);
    expect(await Promise.all(told)).toEqual(leaving.map(() => ['signed-out', 'io server disconnect']));
    expect(await stillTold).toEqual({ subject: 'operator-tokens', task: null });
    expect(staying.connected).toBe(true);
    expect(await refusal(watch({ cookie, origin }))).toBe('websocket error');
  });

  it('signs out the other tabs of a session that was ended', async () => {
    const cookie = await signIn();
    const origin = coordinator.url;
    const tab = watch({ cookie, origin });
    await stateOf(tab);
    const signedOut = new Promise<void>(resolve => tab.on('signed-out', resolve));
    const left = await fetch(`${origin}/v1/admin/session`, { method: 'DELETE', headers: { cookie, origin } });
    expect(left.status).toBe(204);
    await signedOut;
  });

  it('ends with whoever sends anything, and has room for a few of each address', async () => {
    const dashboard = watch(bearer('viewer'));
    await stateOf(dashboard);
    const gone = new Promise(resolve => dashboard.on('disconnect', resolve));
    dashboard.emit('overview', 'mine');
    await gone;
    const open = [1, 2, 3].map(() => watch(bearer('viewer')));
    await Promise.all(open.map(each => stateOf(each)));
    const refused = eventOf<[string, string]>(coordinator.events, 'refused');
    await refusal(watch(bearer('viewer')));
    expect(await refused).toMatchObject(['live feed', 'server.busy', expect.any(String)]);
  });

  it('leaves no way to devices: their path takes no operator, and this one no device', async () => {
    const device = io(coordinator.url, {
      path: livePath,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    sockets.push(device);
    expect(await refusal(device)).toBe('websocket error');
  });
});
