import type { ClientOptions } from '@murmuration/client-sdk/client/options';
import type { Platform } from '@murmuration/client-sdk/client/platform';
import { defaultEnergy, estimatedJoules, type RoundCosts } from '@murmuration/client-sdk/session/costs';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { sleep } from '@murmuration/protocol/time/sleep';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { deviceOn, lowFloors, StillTrainer } from '../device.ts';
import { MaskedPeers } from '../masked-peers.ts';
import { assignmentOf, layout } from '../memory-coordinator.ts';
import { clock, coordinator, newScene, storage } from './scene.ts';

beforeEach(newScene);

const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };
/** Check-ins, and how a device says who it is, belong to no round. */
const ofRounds = ['keys', 'shares', 'agree', 'reveal'];

/** Counts what the transport really carries, and keeps what leaves. */
function counted() {
  const carried = { model: 0, update: 0, heard: 0, said: 0 };
  const left: string[] = [];
  const { open, request, upload, download } = coordinator;
  coordinator.open = listener =>
    open.call(coordinator, {
      ...listener,
      disconnected: (...args) => listener.disconnected(...args),
      message(event, frame) {
        if (!['challenge', 'round-end', 'serve', 'come-back'].includes(event)) carried.heard += frame.length;
        listener.message(event, frame);
      },
    });
  coordinator.request = async (event, frame) => {
    left.push(`${event} ${Buffer.from(frame).toString('hex')}`);
    if (ofRounds.includes(event)) carried.said += frame.length;
    const answer = await request.call(coordinator, event, frame);
    if (ofRounds.includes(event)) carried.heard += answer.length;
    return answer;
  };
  coordinator.upload = (path, rights, bytes, signal) => {
    left.push(`${path} ${Buffer.from(bytes).toString('hex')}`);
    carried.update += bytes.length;
    return upload.call(coordinator, path, rights, bytes, signal);
  };
  coordinator.download = async (...args) => {
    const bytes = await download.apply(coordinator, args);
    carried.model += bytes.length;
    return bytes;
  };
  return { carried, left };
}

type More = Pick<ClientOptions, 'energy'> & Pick<Platform, 'usage'>;

/** A device that waits for an assignment, and what it says of its rounds. */
async function waiting(trainer: Trainer = new StillTrainer(), more: More = {}, floors = lowFloors) {
  const tasks = { keyboard: { examples: () => ['a'], trainer } };
  const { client } = deviceOn(coordinator, clock, storage, tasks, 1, undefined, floors, more);
  const costs: RoundCosts[] = [];
  client.on('costs', each => costs.push(each));
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  return { client, costs };
}

async function send(...args: Parameters<typeof coordinator.send>): Promise<void> {
  coordinator.send(...args);
  await clock.advance(0);
}

/** A masked round from its assignment to its end. */
async function masked(): Promise<void> {
  const assignment = assignmentOf(clock, 'r1', { masking });
  const peers = new MaskedPeers(assignment, 5, masking);
  const feed = (event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array) =>
    send(event, { round: assignment.round, assignment: assignment.assignment, message });
  await send('assignment', assignment);
  await feed(
    'roster',
    peers.roster(coordinator.asked.enrol[0]!.publicKey, coordinator.asked.keys[0]!.message),
  );
  await feed('bundle', peers.bundle(coordinator.asked.shares[0]!.message));
  await feed('survivors', peers.statement());
  await feed('agreed', peers.agreed(peers.statement()));
}

describe('bytes of a round', () => {
  it('are those that the transport carried in a plain round', async () => {
    const { carried } = counted();
    const { costs } = await waiting();
    await send('assignment', assignmentOf(clock));
    expect(costs).toMatchObject([{ task: 'keyboard', number: 1, bytes: carried }]);
    expect(carried.model).toBeGreaterThan(4 * layout.count);
    expect(carried.update).toBeGreaterThan(0);
    expect(carried.said).toBe(0);
  });

  it('are those that the transport carried under masks, and where an update was refused and sent again', async () => {
    const { carried } = counted();
    let tries = 0;
    coordinator.take = async () => {
      if (tries++ === 0) throw new MurmurationError('update.too-many', undefined, { after: 10 });
    };
    const { costs } = await waiting();
    await masked();
    expect(costs).toEqual([]);
    await clock.advance(60_000);
    expect(coordinator.uploads.length).toBe(2);
    // The statement came while it tried again: the part goes on from there.
    expect(costs).toMatchObject([{ bytes: carried }]);
    expect(Object.values(carried).every(bytes => bytes > 0)).toBe(true);
  });

  it('are none of a model that is there already', async () => {
    const { costs } = await waiting();
    await send('assignment', assignmentOf(clock));
    await send('assignment', assignmentOf(clock, 'r2'));
    expect(costs.map(({ bytes }) => bytes.model > 0)).toEqual([true, false]);
  });

  it('do not count an update that found no connection', async () => {
    let tries = 0;
    coordinator.take = async () => {
      if (tries++ === 0) throw new MurmurationError('server.unreachable');
    };
    const { costs } = await waiting();
    await send('assignment', assignmentOf(clock));
    await clock.advance(60_000);
    expect(tries).toBe(2);
    expect(costs[0]!.bytes.update).toBe(coordinator.uploads.at(-1)!.bytes.length);
  });
});

describe('seconds and memory of a round', () => {
  /** Learns for 3 s. */
  class SlowTrainer extends StillTrainer {
    override async train(...args: Parameters<StillTrainer['train']>) {
      await sleep(3_000, clock, args[3]);
      return super.train(...args);
    }
  }

  it('are those until the result is there, where neither platform nor trainer tells', async () => {
    const { costs } = await waiting(new SlowTrainer());
    await send('assignment', assignmentOf(clock));
    await clock.advance(3_000);
    expect(costs).toMatchObject([{ cpuSeconds: 3, cpuOf: 'elapsed', memoryOf: 'arrays' }]);
    // Weights, delta and update.
    expect(costs[0]!.memory).toBe(8 * layout.count + coordinator.uploads[0]!.bytes.length);
  });

  it('count a time once in which a device trains and agrees on its masks', async () => {
    const { costs } = await waiting(new SlowTrainer());
    const begun = clock.now();
    await masked();
    expect(coordinator.asked.shares).toHaveLength(1);
    await clock.advance(3_000);
    expect(clock.now() - begun).toBe(3_000);
    expect(costs).toMatchObject([{ cpuSeconds: 3, cpuOf: 'elapsed' }]);
  });

  it('are those of the worker, where its trainer tells', async () => {
    let busy = 7;
    const trainer = Object.assign(new SlowTrainer(), { busy: () => busy });
    trainer.result = async () => {
      busy = 9;
      return { delta: new Float32Array(layout.count), examples: 50, metrics: {} };
    };
    const { costs } = await waiting(trainer);
    await send('assignment', assignmentOf(clock));
    await clock.advance(3_000);
    expect(costs).toMatchObject([{ cpuSeconds: 2, cpuOf: 'worker' }]);
  });

  it('are those of the process, where the platform tells, at their highest', async () => {
    const memory = [500, 900, 700];
    let cpuSeconds = 100;
    const usage = () => ({ cpuSeconds: cpuSeconds++, memory: memory.shift() ?? 600 });
    const { costs } = await waiting(new StillTrainer(), { usage });
    await send('assignment', assignmentOf(clock));
    await send('assignment', assignmentOf(clock, 'r2'));
    expect(costs).toMatchObject([{ cpuOf: 'process', memoryOf: 'process' }, {}]);
    expect(costs[0]!.memory).toBeGreaterThanOrEqual(700);
    for (const each of costs) expect(each.cpuSeconds).toBeGreaterThan(0);
  });

  it.each([
    ['declines', () => assignmentOf(clock, 'r1', { training: { ...plan().training, epochs: 5 } })],
    ['can not load', () => assignmentOf(clock, 'r1', { model: 'f'.repeat(64) as never })],
  ])('are none of a round that the device %s', async (_, assignment) => {
    const { costs } = await waiting(undefined, {}, { ...lowFloors, mostPasses: 1 });
    await send('assignment', assignment());
    expect(costs).toMatchObject([{ cpuSeconds: 0, memory: 0 }]);
    expect(costs[0]!.bytes).toMatchObject({ update: 0, said: 0 });
    expect(costs[0]!.bytes.heard).toBeGreaterThan(0);
  });

  const plan = () => assignmentOf(clock).plan;

  it('count training that was stopped', async () => {
    const { client, costs } = await waiting(new SlowTrainer());
    await send('assignment', assignmentOf(clock));
    await clock.advance(1_000);
    await client.stop();
    expect(costs).toMatchObject([{ cpuSeconds: 1, bytes: { update: 0 } }]);
  });
});

describe('the energy of a round', () => {
  test('is estimated by what Huang et al. (2012) measured of Wi-Fi, in mW per Mbit/s', () => {
    const joulesOfMegabyte = (slope: number) => (slope / 1e3) * 8;
    const none = { model: 0, update: 0, heard: 0, said: 0 };
    const down = estimatedJoules({ ...none, model: 5e5, heard: 5e5 }, 0, defaultEnergy);
    const up = estimatedJoules({ ...none, update: 5e5, said: 5e5 }, 0, defaultEnergy);
    expect(down / joulesOfMegabyte(137.01)).toBeCloseTo(1, 2);
    expect(up / joulesOfMegabyte(283.17)).toBeCloseTo(1, 2);
    expect(estimatedJoules(none, 10, defaultEnergy)).toBeCloseTo(10 * 0.6 * 3.7, 0);
  });

  test('is the formula, with the constants of the app', async () => {
    const energy = { joulesPerByteDown: 2, joulesPerByteUp: 3, watts: 5 };
    let cpuSeconds = 0;
    const usage = () => ({ cpuSeconds: cpuSeconds++, memory: 1 });
    const { costs } = await waiting(undefined, { energy, usage });
    await send('assignment', assignmentOf(clock));
    const { bytes, cpuSeconds: seconds, estimatedJoules: joules } = costs[0]!;
    expect(joules).toBe(2 * (bytes.model + bytes.heard) + 3 * (bytes.update + bytes.said) + 5 * seconds);
  });

  test.each([
    [{ watts: -1 }, 'options.energy.watts'],
    [{ joulesPerByteUp: Number.NaN }, 'options.energy.joulesPerByteUp'],
    [{ wats: 1 }, 'options.energy.wats'],
  ])('takes no constants like %o', async (energy, name) => {
    await expect(waiting(undefined, { energy: energy as never })).rejects.toMatchObject({
      code: 'options.invalid',
      detail: expect.stringContaining(name),
    });
  });
});

test('nothing of what a round costs is sent', async () => {
  const sentWith = async (more: More) => {
    newScene();
    const { left } = counted();
    const { client, costs } = await waiting(undefined, more);
    await masked();
    await client.stop();
    expect(costs).toHaveLength(1);
    return left;
  };
  let cpuSeconds = 0;
  const usage = () => {
    cpuSeconds += 12.5;
    return { cpuSeconds, memory: 2 ** 30 };
  };
  const left = await sentWith({ energy: { watts: 1_000 }, usage });
  expect(left).toEqual(await sentWith({}));
  expect(left.map(each => each.split(' ')[0]).filter(event => !event!.startsWith('/'))).toEqual([
    'enrol',
    'hello',
    'check-in',
    ...ofRounds,
  ]);
});
