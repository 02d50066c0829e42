import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Uploads } from '@murmuration/coordinator/devices/uploads';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { updateRoutes } from '@murmuration/coordinator/http/routes/updates';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import { maskedHeader, updatePath } from '@murmuration/protocol/messages/channel';
import { UploadPlaces } from '@murmuration/rounds/limits/upload-places';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMaskedCohort } from '../../rounds/rounds/masked-cohort.ts';
import { boundsOf } from '../bounds.ts';
import type { Federation } from '../federation.ts';
import type { MaskedDevice } from '../masked-device.ts';

let federation: Federation;
let devices: MaskedDevice[];
let app: App;

beforeEach(async () => {
  ({ federation, devices } = await openMaskedCohort());
  const bounds = boundsOf(federation);
  app = await createApp({ ...bounds, cors: [] });
  const findRound = () => federation.rounds.current!;
  updateRoutes(
    app,
    new Uploads({ findRound, traffic: new Traffic(), isRevoked: () => false }),
    new UploadPlaces(bounds.limits, federation.clock),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  for (let time = 0; time < 2; time++) for (const device of devices) await device.step();
  await federation.clock.advance(0);
});

afterEach(async () => {
  await federation.rounds.stop();
  await app.close();
});

/** The lines of an upload's head, but for its signature. */
function headOf({ part }: MaskedDevice, length: number): string[] {
  return [
    `PUT ${updatePath(part!.round, part!.assignment)} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    'Content-Type: application/octet-stream',
    `Content-Length: ${length}`,
    `Authorization: Bearer ${base64url(part!.token)}`,
  ];
}

/** The answer to what is written, which may be the head alone. */
async function answerTo(head: readonly string[], body?: Uint8Array): Promise<string> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write([...head, '\r\n'].join('\r\n'));
  if (body) socket.write(body);
  let answer = '';
  socket.on('data', (bytes: Buffer) => {
    answer += bytes.toString('latin1');
  });
  if (body) await once(socket, 'end');
  else while (!answer.includes('}')) await once(socket, 'data');
  socket.destroy();
  return answer;
}

const masked = (signature: string) => `${maskedHeader}: ${signature}`;

describe('an upload of a masked update', () => {
  it('UP2, SA10: is refused before a byte of its body where its device has not signed who dealt', async () => {
    const [device, other] = devices as [MaskedDevice, MaskedDevice];
    const { bytes, signature } = device.prepare();
    const good = base64url(signature!);
    const wrong: string[][] = [
      [],
      [masked('')],
      [masked(good.slice(1))],
      [masked(`${good}A`)],
      [masked(`${good.slice(0, -1)}=`)],
      [masked(base64url(new Uint8Array(64)))],
      [masked(base64url(other.prepare().signature!))],
      [masked(good), masked(good)],
    ];
    for (const lines of wrong) {
      const answer = await answerTo([...headOf(device, bytes.length), ...lines]);
      expect(answer, lines.join()).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('"code":"update.unsigned"');
    }
    expect(federation.rounds.current!.state).toMatchObject({ quorum: { accepted: 0 } });
    const taken = await answerTo([...headOf(device, bytes.length), masked(good)], bytes);
    expect(taken).toMatch(/^HTTP\/1\.1 200 /);
    expect(federation.rounds.current!.state).toMatchObject({ quorum: { accepted: 1 } });
    expect(federation.faults).toEqual([]);
  });

  it('SA10: is the same again with the same signature, and refused with another', async () => {
    const [device] = devices as [MaskedDevice];
    const { bytes, signature } = device.prepare();
    const head = headOf(device, bytes.length);
    for (let time = 0; time < 2; time++)
      expect(await answerTo([...head, masked(base64url(signature!))], bytes)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await answerTo(head)).toContain('"code":"update.unsigned"');
    expect(federation.rounds.current!.state).toMatchObject({ quorum: { accepted: 1 } });
  });
});
