import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Uploads } from '@murmuration/coordinator/devices/uploads';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { updateRoutes } from '@murmuration/coordinator/http/routes/updates';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { UploadPlaces } from '@murmuration/rounds/limits/upload-places';
import { findRound } from '@murmuration/rounds/rounds/all-tasks';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundsOf } from '../bounds.ts';
import { deviceId, type Federation, openFederation, updateOf } from '../federation.ts';

const underWay = 256;
const body = updateOf([1, 2, 3, 4]);

let federation: Federation;
let app: App;
let parts: Assignment[];
const sockets: Socket[] = [];

beforeEach(() => open());

function uploads(): Uploads {
  const rounds = new Map([[federation.task.name, federation.rounds]]);
  return new Uploads({
    findRound: round => findRound(rounds, round),
    traffic: new Traffic(),
    isRevoked: () => false,
  });
}

async function open(change: Partial<Limits> = {}): Promise<void> {
  const devices = underWay + 1;
  federation = await openFederation({ task: { cohort: { goal: devices, minimum: 1, overSelection: 1 } } });
  const bounds = boundsOf(federation, change);
  app = await createApp({ ...bounds, cors: [] });
  updateRoutes(app, uploads(), new UploadPlaces(bounds.limits, federation.clock));
  await app.listen({ host: '127.0.0.1', port: 0 });
  await federation.rounds.start();
  await federation.clock.advance(0);
  for (let i = 0; i < devices; i++) federation.checkIn(deviceId(i));
  parts = [...federation.channel.assignments.values()];
}

afterEach(close);

async function close(): Promise<void> {
  for (const socket of sockets.splice(0)) socket.destroy();
  await federation.rounds.stop();
  await app.close();
}

/** Sends the headers of an upload, and returns the first line of the answer. */
async function begin(
  { round, assignment, token }: Assignment,
  { length = body.length, ask = true } = {},
): Promise<{ socket: Socket; status: string }> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.write(
    [
      `PUT ${updatePath(round, assignment)} HTTP/1.1`,
      'Host: localhost',
      // Answered as soon as the coordinator has the headers.
      ...(ask ? ['Expect: 100-continue'] : []),
      'Content-Type: application/octet-stream',
      `Content-Length: ${length}`,
      `Authorization: Bearer ${base64url(token)}`,
      '\r\n',
    ].join('\r\n'),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return { socket, status: answer.toString('latin1').split('\r\n')[0]! };
}

/** A whole upload. */
async function upload({
  round,
  assignment,
  token,
}: Assignment): Promise<{ status: number; retryAfter: string | null; code?: string }> {
  const { port } = app.server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${updatePath(round, assignment)}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${base64url(token)}` },
    body: body as Uint8Array<ArrayBuffer>,
  });
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, ...((await response.json()) as object) };
}

describe('an upload', () => {
  it('UP2: is refused before a byte of its body has come', async () => {
    const statusOf = async (change: Partial<Assignment>) =>
      (await begin({ ...parts[0]!, ...change }, { ask: false })).status;
    expect(await statusOf({ token: new Uint8Array(32) })).toBe('HTTP/1.1 403 Forbidden');
    expect(await statusOf({ round: 'R'.repeat(22) as RoundId })).toBe('HTTP/1.1 404 Not Found');
    expect(await statusOf({ assignment: 'A'.repeat(22) as AssignmentId })).toBe('HTTP/1.1 404 Not Found');
    const { status } = await begin(parts[0]!, { ask: false, length: 2 ** 29 });
    expect(status).toBe('HTTP/1.1 422 Unprocessable Entity');
  });

  it('begins anew where its first connection was lost without a word', async () => {
    const { socket } = await begin(parts[0]!);
    socket.write(body.subarray(0, 20));
    const closed = once(socket, 'close');
    expect(await upload(parts[0]!)).toMatchObject({ status: 200, counted: true });
    await closed;
  });

  it('that breaks off leaves the sum as it was', async () => {
    const { socket } = await begin(parts[0]!);
    const { state } = federation.rounds.current!;
    socket.write(body.subarray(0, 20));
    socket.destroy();
    expect(await upload(parts[1]!)).toMatchObject({ status: 200 });
    expect(federation.rounds.current!.state).toMatchObject({ quorum: { accepted: 1, rejected: 0 } });
    expect(federation.rounds.current!.state).not.toBe(state);
    expect(federation.faults).toEqual([]);
  });

  it('waits where too many are under way, and gets its place once one of these has vanished', async () => {
    const others = await Promise.all(parts.slice(0, underWay).map(part => begin(part)));
    expect(others.every(({ status }) => status === 'HTTP/1.1 100 Continue')).toBe(true);
    const last = parts[underWay]!;
    expect(await upload(last)).toMatchObject({ status: 503, code: 'update.too-many', retryable: true });
    others[0]!.socket.destroy();
    let answer = await upload(last);
    for (let tries = 0; answer.status === 503 && tries < 1_000; tries++) answer = await upload(last);
    expect(answer).toMatchObject({ status: 200, counted: true });
  });

  it('takes no place any more while it waits for the next one to be durable with it', async () => {
    await federation.rounds.stop();
    await app.close();
    federation = await openFederation({ store: new MemoryRounds() });
    const bounds = boundsOf(federation);
    app = await createApp({ ...bounds, cors: [] });
    const places = { ...bounds.limits, uploads: 1 };
    updateRoutes(app, uploads(), new UploadPlaces(places, federation.clock));
    await app.listen({ host: '127.0.0.1', port: 0 });
    await federation.rounds.start();
    await federation.clock.advance(0);
    for (let i = 0; i < 5; i++) federation.checkIn(deviceId(i));
    await federation.clock.advance(0);
    const [one, other] = [...federation.channel.assignments.values()] as [Assignment, Assignment];
    const counted = new Promise(resolve => federation.events.on('round', resolve));
    const first = upload(one);
    await counted;
    expect(await upload(other)).toMatchObject({ status: 200, counted: true });
    expect(await first).toMatchObject({ status: 200, counted: true });
  });

  it('UP18: hears when its turn is, in whole seconds', async () => {
    await close();
    await open({ uploads: 1 });
    // 8 s long.
    const end = await begin(parts[0]!);
    await federation.clock.advance(8_000);
    end.socket.destroy();
    let answer = await upload(parts[1]!);
    for (let tries = 0; answer.status === 503 && tries < 1_000; tries++) answer = await upload(parts[1]!);
    await begin(parts[2]!);
    expect(await upload(parts[3]!)).toMatchObject({ status: 503, retryAfter: '1' });
    expect(await upload(parts[4]!)).toMatchObject({ status: 503, retryAfter: '2' });
    expect(await upload(parts[5]!)).toMatchObject({ status: 503, retryAfter: '3' });
  });

  it('waits where the others have as many bytes as are read at once; a single one may have more', async () => {
    await close();
    await open({ uploadBytes: body.length - 1 });
    const { socket, status } = await begin(parts[0]!);
    expect(status).toBe('HTTP/1.1 100 Continue');
    expect(await upload(parts[1]!)).toMatchObject({ status: 503, code: 'update.too-many' });
    socket.destroy();
    let answer = await upload(parts[1]!);
    for (let tries = 0; answer.status === 503 && tries < 1_000; tries++) answer = await upload(parts[1]!);
    expect(answer).toMatchObject({ status: 200, counted: true });
  });

  it('does not hold up the end', async () => {
    const { socket } = await begin(parts[0]!);
    const closed = once(socket, 'close');
    await app.close();
    await closed;
  });
});
