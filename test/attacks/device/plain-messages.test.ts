import { Verdicts } from '@murmuration/client-sdk/hybrid/verdicts';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import { checkIn } from '@murmuration/protocol/messages/check-in';
import { decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { quantizationFor, quantizationOf, verdictsOfSum } from '@murmuration/protocol/weights/quantize';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../../unit/client-sdk/device.ts';
import { serving, TableInference } from '../../unit/client-sdk/hybrid/scene.ts';
import { MaskedPeers } from '../../unit/client-sdk/masked-peers.ts';
import { assignmentOf, layout, MemoryCoordinator } from '../../unit/client-sdk/memory-coordinator.ts';
import { codeOf } from '../../unit/codes.ts';

const keyboard = 'keyboard' as TaskName;
const judged = 'a'.repeat(64) as ModelHash;
const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };

let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock();
});

/** A coordinator that keeps every frame that reaches it. */
class Listening extends MemoryCoordinator {
  readonly frames: [DeviceEvent, string][] = [];

  constructor(clock: VirtualClock) {
    super(clock);
    this.files.set('/v1/tasks/keyboard/models?limit=1', utf8('{"models":[]}'));
  }

  override request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    this.frames.push([event, Buffer.from(frame).toString('latin1')]);
    return super.request(event, frame);
  }
}

/** What a device with so many examples sends until it waits for an assignment. */
async function framesOf(examples: number, leastExamples: number) {
  const coordinator = new Listening(clock);
  coordinator.leastExamples = leastExamples;
  const trainer = new StillTrainer();
  const tasks = { keyboard: { examples: () => new Array(examples).fill('x'), trainer } };
  const { client } = deviceOn(coordinator, clock, memoryStorage(), tasks);
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  await client.stop();
  return coordinator.frames;
}

describe('a coordinator that wants to know how much a person writes', () => {
  it('R6: gets the same bytes from a device with 32 examples as from one with 100,000', async () => {
    const [few, many] = [await framesOf(32, 32), await framesOf(100_000, 32)];
    expect(few.map(([event]) => event)).toEqual(['enrol', 'hello', 'check-in']);
    expect(many).toEqual(few);
  });

  it('R6: gets no check-in, and no reason, from a device with one example too few', async () => {
    const frames = await framesOf(31, 32);
    expect(frames.map(([event]) => event)).toEqual(['enrol', 'hello']);
  });

  it('R6: has no field for a count in the message', () => {
    const frame = encodeFrame({ task: 'keyboard', conditions: {}, examples: 40 });
    expect(codeOf(() => decodeFrame(frame, checkIn))).toBe('request.invalid');
    const verdicts = [{ model: judged, verdict: 'refused' }];
    expect(
      codeOf(() => decodeFrame(encodeFrame({ task: 'keyboard', conditions: {}, verdicts }), checkIn)),
    ).toBe('request.invalid');
  });
});

/** A device that serves its task goes through a whole masked round, whose peers then have the masks off its update. */
async function roundOf(coordinator: Listening, storage: Storage, round: string, peers = 5) {
  const assignment = assignmentOf(clock, round, { masking, judged });
  const others = new MaskedPeers(assignment, peers, masking);
  const hybrid = { serving, inference: new TableInference() };
  const tasks = { keyboard: { examples: () => [[1, 2]], trainer: new StillTrainer(), hybrid } };
  const { client, errors } = deviceOn(coordinator, clock, storage, tasks, 1);
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  coordinator.send('assignment', assignment);
  await clock.advance(0);
  const feed = async (event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array) => {
    coordinator.send(event, { round: assignment.round, assignment: assignment.assignment, message });
    await clock.advance(0);
  };
  const last = (event: 'keys' | 'shares' | 'agree' | 'reveal') => coordinator.asked[event].at(-1)!.message;
  await feed('roster', others.roster(coordinator.asked.enrol[0]!.publicKey, last('keys')));
  await feed('bundle', others.bundle(last('shares')));
  await feed('survivors', others.statement());
  await feed('agreed', others.agreed(others.statement()));
  const { bytes } = coordinator.uploads.at(-1)!;
  const sum = others.sentBy(bytes, others.statement(), last('reveal'));
  await client.stop();
  return {
    errors,
    verdicts: verdictsOfSum(sum, peers + 1, quantizationFor(layout.count, quantizationOf(assignment.plan))),
  };
}

describe('a coordinator that wants to know whether one device likes a version', () => {
  it.each(['kept', 'refused'] as const)(
    'R6: finds "%s" in the sum of a masked round alone, and once',
    async verdict => {
      const storage = memoryStorage();
      await new Verdicts(storage, keyboard).add(judged, verdict);
      const coordinator = new Listening(clock);
      const first = await roundOf(coordinator, storage, 'r1');
      expect(first.errors).toEqual([]);
      expect(first.verdicts).toEqual({ kept: 0, refused: 0, [verdict]: 1 });
      const second = await roundOf(coordinator, storage, 'r2');
      expect(second.verdicts).toEqual({ kept: 0, refused: 0 });
      const clear = coordinator.frames.map(([, frame]) => frame).join();
      for (const word of ['kept', 'refused', judged]) expect(clear).not.toContain(word);
    },
  );

  it('R6: gets an update of the same length from a device that has nothing to say', async () => {
    const silent = new Listening(clock);
    await roundOf(silent, memoryStorage(), 'r1');
    const storage = memoryStorage();
    await new Verdicts(storage, keyboard).add(judged, 'refused');
    const saying = new Listening(clock);
    await roundOf(saying, storage, 'r1');
    expect(saying.uploads[0]!.bytes).toHaveLength(silent.uploads[0]!.bytes.length);
    expect(saying.frames.map(([event, frame]) => [event, frame.length])).toEqual(
      silent.frames.map(([event, frame]) => [event, frame.length]),
    );
  });
});
