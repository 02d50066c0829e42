import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { decodeAck } from '@murmuration/protocol/messages/frame';
import { welcome } from '@murmuration/protocol/messages/hello';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, lineTask, lineTrainer, openCoordinator } from './line.ts';
import { RawDevice } from './raw-device.ts';

/** The layer's name has a number of tfjs' own, so the layout is that of the served model. */
async function layoutOfLine(url: string) {
  const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
  const { weightsManifest } = await (await fetch(url + models[0].url)).json();
  return layoutOf(weightsManifest[0].weights);
}

describe('bad input beside a healthy cohort', () => {
  let coordinator: Coordinator;
  let healthy: FederatedClient[];
  let [honest, bad, leaver, silent]: RawDevice[] = [];
  const faults: unknown[] = [];
  let letTrain: () => void;

  beforeAll(async () => {
    const gate = new Promise<void>(resolve => {
      letTrain = resolve;
    });
    coordinator = await openCoordinator({
      update: { kind: 'float32', clip: 1 },
      cohort: { goal: 4, minimum: 4, overSelection: 1.75 },
      deadlines: { gathering: '1 min', updates: '1 min' },
      schedule: { every: '1 h' },
    });
    coordinator.events.on('fault', (where, error) => faults.push([where, error]));
    healthy = Array.from(
      { length: 3 },
      () =>
        new FederatedClient({
          url: coordinator.url,
          tasks: {
            line: {
              examples: () => [[1, 3]],
              trainer: {
                ...lineTrainer,
                train: async (...args) => {
                  await gate;
                  return lineTrainer.train(...args);
                },
              },
            },
          },
          storage: memoryStorage(),
          floors: simulatedFloors,
          enrolment: enrolmentToken,
          consent: 'not-needed',
        }),
    );
    for (const client of healthy) {
      await client.start();
      await eventOf(coordinator.events, 'checked-in');
    }
  });

  afterAll(async () => {
    for (const device of [honest, bad, leaver, silent]) device?.socket.disconnect();
    await Promise.all(healthy.map(client => client.stop()));
    await coordinator.stop();
  });

  it('is refused with its code on a socket, and the connection lives on', async () => {
    const device = await new RawDevice(coordinator.url).connect();
    const refused = (code: string, detail?: RegExp) =>
      expect.objectContaining({ code, detail: detail ? expect.stringMatching(detail) : expect.any(String) });

    await expect(device.checkIn()).rejects.toEqual(refused('device.not-identified'));
    await expect(device.enrol({ token: 'not the token that it is' })).rejects.toEqual(
      refused('device.enrolment-refused'),
    );
    await expect(device.enrol({ protocol: 99 })).rejects.toEqual(refused('protocol.version', /99/));
    await expect(device.enrol({ signature: new Uint8Array(64) })).rejects.toEqual(
      refused('device.signature'),
    );
    await expect(device.hello({ device: 'A'.repeat(22) })).rejects.toEqual(refused('device.unknown'));
    await device.enrol();
    await expect(device.hello({ signature: new Uint8Array(64) })).rejects.toEqual(
      refused('device.signature'),
    );
    await expect(device.hello({ sdk: 'one' })).rejects.toEqual(refused('request.invalid', /sdk/));
    await device.hello();
    await expect(device.checkIn({ task: 'none' })).rejects.toEqual(refused('task.unknown', /none/));
    await expect(device.checkIn({ conditions: undefined })).rejects.toEqual(
      refused('request.invalid', /conditions/),
    );
    await expect(device.checkIn({ examples: 40 })).rejects.toEqual(refused('request.invalid', /examples/));
    await expect(device.checkIn({ more: 1 })).rejects.toEqual(refused('request.invalid', /more/));
    await expect(device.leave('R'.repeat(22), 'A'.repeat(22))).rejects.toEqual(refused('round.unknown'));
    device.socket.disconnect();
  });

  it.each([
    ['bytes that are no MessagePack', Uint8Array.of(0xc1, 1, 2)],
    ['two values', Uint8Array.of(1, 2)],
    ['text', 'hello'],
    ['nothing', null],
    ['an object', { task: 'line' }],
  ])('answers a frame of %s with a code', async (_, frame) => {
    const device = await new RawDevice(coordinator.url).connect();
    const answer = await device.send('hello', frame);
    expect(() => decodeAck(answer, welcome)).toThrow(expect.objectContaining({ code: 'protocol.frame' }));
    const unknown = await device.send('good-bye', frame);
    expect(() => decodeAck(unknown, welcome)).toThrow(expect.objectContaining({ code: 'request.not-found' }));
    device.socket.disconnect();
  });

  it('CH1: closes a connection that does not speak the protocol of the socket', async () => {
    const device = await new RawDevice(coordinator.url).connect();
    const closed = device.closed();
    device.socket.io.engine.write('not a packet');
    await closed;
    device.socket.disconnect();
  });

  it('costs the round nothing: its healthy devices publish it', async () => {
    const layout = await layoutOfLine(coordinator.url);
    [honest, bad, leaver, silent] = await Promise.all(
      Array.from({ length: 4 }, () => new RawDevice(coordinator.url).join()),
    );
    const parts = Promise.all([honest!, bad!, leaver!, silent!].map(device => device.assigned()));
    const ended = eventOf<[RoundRecord]>(coordinator.events, 'round-ended');
    await coordinator.start();
    const [good, wrong, left, still] = (await parts) as [Assignment, Assignment, Assignment, Assignment];

    const update = (delta: number[], weight = 1, hash = layout.hash) =>
      encodeUpdate(hash, layout.count, { kind: 'float32', delta: Float32Array.from(delta), weight });
    const refuse = async (part: Assignment, body: Uint8Array, status: number, code: string) =>
      expect(await bad!.upload(part, body)).toEqual({
        status,
        type: 'application/problem+json',
        body: expect.objectContaining({ code, status, type: `urn:murmuration:error:${code}` }),
      });

    const rightBytes = update([0.5, 0.25]);
    await refuse({ ...wrong, round: 'R'.repeat(22) as never }, rightBytes, 404, 'round.unknown');
    await refuse({ ...wrong, assignment: 'A'.repeat(22) as never }, rightBytes, 404, 'assignment.unknown');
    await refuse({ ...wrong, round: 'not-an-id' as never }, rightBytes, 400, 'protocol.id');
    await refuse({ ...wrong, token: good.token }, rightBytes, 403, 'assignment.token');
    await refuse({ ...wrong, token: new Uint8Array() }, rightBytes, 403, 'assignment.token');
    await refuse(wrong, rightBytes.subarray(1), 422, 'update.wrong-length');
    await refuse(wrong, update([Number.NaN, 0]), 422, 'update.not-finite');
    await refuse(wrong, update([0, Number.POSITIVE_INFINITY]), 422, 'update.not-finite');
    await refuse(wrong, update([0.9, 0.9]), 422, 'update.norm');
    await refuse(wrong, update([0, 0], 0), 422, 'update.weight');
    await refuse(wrong, update([0, 0], 33), 422, 'update.weight');
    await refuse(wrong, update([0, 0], 1, new Uint8Array(32)), 422, 'update.wrong-layout');
    await refuse(wrong, rightBytes.with(0, 0), 422, 'update.malformed');
    await refuse(wrong, rightBytes.with(5, 1), 422, 'update.wrong-kind');
    const rejected = 8;

    await leaver!.leave(left.round, left.assignment);
    await refuse(left, rightBytes, 409, 'assignment.left');
    await expect(bad!.leave(still.round, still.assignment)).rejects.toMatchObject({
      code: 'assignment.unknown',
    });

    const receipt = await honest!.upload(good, rightBytes);
    expect(receipt).toMatchObject({ status: 200, body: { counted: true, assignment: good.assignment } });
    expect(await honest!.upload(good, rightBytes)).toEqual(receipt);
    await refuse(good, update([0.25, 0.5]), 409, 'update.repeated');

    letTrain();
    const [record] = await ended;
    expect(record).toMatchObject({
      outcome: 'published',
      tally: { cohort: 7, accepted: 4, rejected, late: 2, lost: 1 },
    });
    await refuse(wrong, rightBytes, 409, 'round.closed');
    expect(faults).toEqual([]);
  });
});

it('closes a connection that says no hello', async () => {
  const clock = new VirtualClock();
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
    [lineTask()],
    { clock, random: systemRandom },
  );
  const device = await new RawDevice(coordinator.url).connect();
  const closed = device.closed();
  await clock.advance(15_000);
  expect(await closed).toBe('io server disconnect');
  device.socket.disconnect();
  await coordinator.stop();
  expect(clock.pending).toBe(0);
  // Over is over, however often it is said.
  await coordinator.stop();
  await expect(coordinator.start()).rejects.toMatchObject({ code: 'server.stopping' });
});
