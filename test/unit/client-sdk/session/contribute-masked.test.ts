import type { Floors } from '@murmuration/client-sdk/floors/floors';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { meanOfSum, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceOn, lowFloors, StillTrainer } from '../device.ts';
import { MaskedPeers } from '../masked-peers.ts';
import { assignmentOf, id, layout, MemoryCoordinator } from '../memory-coordinator.ts';

const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };
const hour = 3_600_000;
const never = () => new Promise<never>(() => {});

let clock: VirtualClock;
let coordinator: MemoryCoordinator;
let trainer: StillTrainer;
let storage: Storage;
let assignment: Assignment;
let peers: MaskedPeers;

beforeEach(() => {
  clock = new VirtualClock();
  coordinator = new MemoryCoordinator(clock);
  trainer = new StillTrainer();
  storage = memoryStorage();
  assignment = assignmentOf(clock, 'r1', { masking });
  peers = new MaskedPeers(assignment, 5, masking);
});

/** A device of this storage, connected, with its assignment; `seed` is that of its randomness. */
async function assigned(seed = 1, floors: Floors = {}) {
  const it = deviceOn(
    coordinator,
    clock,
    storage,
    { keyboard: { examples: () => ['a'], trainer } },
    seed,
    undefined,
    { ...lowFloors, ...floors },
  );
  await it.client.start();
  coordinator.connect();
  await clock.advance(0);
  coordinator.send('assignment', assignment);
  await clock.advance(0);
  return it;
}

async function feed(event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array): Promise<void> {
  const { round, assignment: part } = assignment;
  coordinator.send(event, { round, assignment: part, message });
  await clock.advance(0);
}

/** The coordinator states who survived, and tells what the peers have signed of that; the last `lost` of them are lost. */
async function state(statement = peers.statement(), lost = 0): Promise<void> {
  await feed('survivors', statement);
  await feed('agreed', peers.agreed(statement, { lost }));
}

type Sent = 'keys' | 'shares' | 'agree' | 'reveal';
const sent = (event: Sent) => coordinator.asked[event].map(({ message }) => message);
const rosterOf = () => peers.roster(coordinator.asked.enrol[0]!.publicKey, sent('keys')[0]!);
const bundleOf = () => peers.bundle(sent('shares')[0]!);

/** Everything that the coordinator gives before the phase `until`, one after the other. */
async function play(until: 'keys' | 'shares' | 'updates' | 'unmasking' | 'closing'): Promise<void> {
  if (until === 'keys') return;
  await feed('roster', rosterOf());
  if (until === 'shares') return;
  await feed('bundle', bundleOf());
  if (until === 'updates') return;
  await feed('survivors', peers.statement());
  if (until === 'closing') await feed('agreed', peers.agreed(peers.statement()));
}

/** What the device sent is what its trainer learned, with its weight, once the masks are off the sum. */
function expectExact(statement = peers.statement(), lost = 0): void {
  const sum = peers.sentBy(coordinator.uploads[0]!.bytes, statement, sent('reveal')[0]!, lost);
  const settings = { ...assignment.plan.update, largestCohort: assignment.plan.largestCohort };
  const quantization = quantizationFor(layout.count, settings);
  const { delta, weight } = meanOfSum(sum, 1, settings, quantization, assignment.round);
  expect(weight).toBe(2);
  const error = Math.hypot(...delta.map(value => value - 0.1));
  expect(error).toBeLessThanOrEqual(quantization.step * Math.sqrt(layout.count) * 1.001);
}

describe('a device in a masked round', () => {
  it('SA3 SA8 SA10 SA13 SA14: sends its keys, deals its shares, sends a masked update, agrees, and reveals its shares', async () => {
    const { rounds, errors } = await assigned();
    expect(sent('keys')).toHaveLength(1);
    expect(coordinator.asked.shares).toEqual([]);
    await play('shares');
    expect(sent('shares')).toHaveLength(1);
    expect(coordinator.uploads).toEqual([]);
    await feed('bundle', bundleOf());
    expect(trainer.trainings).toBe(1);
    expect(coordinator.uploads).toHaveLength(1);
    expect(peers.isUpdateSignature(coordinator.uploads[0]!.signature!)).toBe(true);
    expect(coordinator.asked.agree).toEqual([]);
    await feed('survivors', peers.statement());
    expect(peers.isAgreement(sent('agree')[0]!, peers.statement())).toBe(true);
    expect(coordinator.asked.reveal).toEqual([]);
    await feed('agreed', peers.agreed(peers.statement()));
    expect([sent('agree').length, sent('reveal').length]).toEqual([1, 1]);
    expectExact();
    expect(rounds).toEqual(['keys', 'shares', 'training', 'uploading', 'agreement', 'unmasking', 'counted']);
    expect(errors).toEqual([]);
    expect(coordinator.asked.leave).toEqual([]);
  });

  it('takes what the next phase begins with while its own message is still under way', async () => {
    let answer = (_: null) => {};
    coordinator.answers.keys = () =>
      new Promise<null>(resolve => {
        answer = resolve;
      });
    await assigned();
    await feed('roster', rosterOf());
    expect(sent('shares')).toEqual([]);
    answer(null);
    await clock.advance(0);
    expect(sent('shares')).toHaveLength(1);
  });

  it('trains while the others send their keys and shares, and tells the app of that once it has them all', async () => {
    let learned = (_: TrainingResult) => {};
    trainer.result = () =>
      new Promise(resolve => {
        learned = resolve;
      });
    const { rounds } = await assigned();
    expect([trainer.running, sent('keys').length]).toEqual([1, 1]);
    await play('updates');
    expect(sent('shares')).toHaveLength(1);
    expect(coordinator.uploads).toEqual([]);
    expect(rounds).toEqual(['keys', 'shares', 'training']);
    learned({ delta: new Float32Array(layout.count).fill(0.1), examples: 50, metrics: {} });
    await clock.advance(0);
    await state();
    expect(trainer.trainings).toBe(1);
    expectExact();
  });

  it('leaves as soon as its training fails, while it waits for the others', async () => {
    trainer.result = async () => {
      throw new MurmurationError('training.failed', 'The battery is cold.');
    };
    const { errors } = await assigned();
    expect(coordinator.asked.leave).toMatchObject([{ reason: 'training.failed' }]);
    expect(errors).toEqual(['training.failed']);
    await feed('roster', rosterOf());
    expect(sent('shares')).toEqual([]);
    expect(await storage.get('session.keyboard')).toBeUndefined();
  });

  it.each([-1, Number.NaN, Infinity])(
    'RD25: goes on with zeros where updates are weighed by the loss, and its own is %d',
    async initialLoss => {
      const { training, update } = assignmentOf(clock).plan;
      const fairness = { q: 1, lipschitz: 10, unit: 1 };
      assignment = assignmentOf(clock, 'r1', {
        masking,
        training: { ...training, fairness },
        update: { ...update, leastWeight: 1 },
      });
      peers = new MaskedPeers(assignment, 5, masking);
      trainer.result = async () => ({
        delta: new Float32Array(layout.count).fill(0.1),
        examples: 50,
        metrics: { initialLoss },
      });
      const { errors } = await assigned();
      await play('updates');
      await state();
      expect([errors, coordinator.asked.leave]).toEqual([['training.failed'], []]);
      const sum = peers.sentBy(coordinator.uploads[0]!.bytes, peers.statement(), sent('reveal')[0]!);
      const settings = quantizationOf(assignment.plan);
      const form = quantizationFor(layout.count, settings);
      const { delta, weight } = meanOfSum(sum, 1, settings, form, assignment.round);
      expect([Math.max(...delta.map(Math.abs)), weight]).toEqual([0, 1]);
    },
  );

  it('stops its training where the masks come to nothing, and has stopped before its next part begins', async () => {
    let end = () => {};
    const { train } = trainer;
    trainer.train = async (...args) => {
      await train.apply(trainer, args).catch(() => {});
      await new Promise<void>(resolve => {
        end = resolve;
      });
      throw new MurmurationError('training.stopped');
    };
    trainer.result = never;
    await assigned();
    expect(trainer.running).toBe(1);
    await feed('roster', new Uint8Array(3));
    expect(trainer.running).toBe(0);
    expect(coordinator.asked.leave).toEqual([]);
    coordinator.send('assignment', assignmentOf(clock, 'r2', { masking }));
    await clock.advance(0);
    expect(trainer.trainings).toBe(1);
    end();
    await clock.advance(0);
    expect(trainer.trainings).toBe(2);
  });

  it('SA12 SA13: reveals for a statement that names lost devices, and the sum of the others is exact', async () => {
    await assigned();
    await play('updates');
    const statement = peers.statement(1);
    await state(statement, 1);
    expectExact(statement, 1);
  });

  it('sends the same bytes again where an answer was lost', async () => {
    for (const event of ['keys', 'shares', 'agree', 'reveal'] as const) {
      const real = coordinator.answers[event] as () => unknown;
      let lost = true;
      coordinator.answers[event] = () => {
        if (!lost) return real();
        lost = false;
        throw new MurmurationError('server.no-answer');
      };
    }
    let lost = true;
    coordinator.take = async () => {
      if (!lost) return;
      lost = false;
      throw new MurmurationError('server.unreachable');
    };
    await assigned();
    await clock.advance(1_000);
    await feed('roster', rosterOf());
    await clock.advance(1_000);
    await feed('bundle', bundleOf());
    await clock.advance(1_000);
    await feed('survivors', peers.statement());
    await clock.advance(1_000);
    await feed('agreed', peers.agreed(peers.statement()));
    await clock.advance(1_000);
    for (const event of ['keys', 'shares', 'agree', 'reveal'] as const) {
      const [first, again, ...more] = sent(event);
      expect(again).toEqual(first);
      expect(more).toEqual([]);
    }
    expect(coordinator.uploads).toHaveLength(2);
    expect(coordinator.uploads[1]).toEqual(coordinator.uploads[0]);
    expectExact();
  });

  it('keeps nothing of the round once that is over', async () => {
    await assigned();
    await play('closing');
    expect(await storage.get('session.keyboard')).toBeUndefined();
    coordinator.send('round-end', { round: id('r1'), outcome: 'published', reason: 'over', after: hour });
    await clock.advance(0);
    expect(await storage.get('session.keyboard')).toBeUndefined();
  });
});

describe('a device that restarts in a masked round', () => {
  /** Lets the message of a phase go unanswered, and the device end with it. */
  function hangIn(event: Sent): () => void {
    const answer = coordinator.answers[event];
    coordinator.answers[event] = never;
    return () => {
      coordinator.answers[event] = answer;
    };
  }

  it.each(['agree', 'reveal'] as const)('RD5: sends its %s again byte for byte, and goes on', async event => {
    const mend = hangIn(event);
    await assigned(1);
    await play(event === 'reveal' ? 'closing' : 'unmasking');
    mend();
    const { errors } = await assigned(2);
    const [first, again, ...more] = sent(event);
    expect(again).toEqual(first);
    expect(more).toEqual([]);
    if (event === 'agree') await feed('agreed', peers.agreed(peers.statement()));
    expect(coordinator.uploads).toHaveLength(1);
    expect(trainer.trainings).toBe(1);
    expectExact();
    expect(errors).toEqual([]);
  });

  it.each(['keys', 'shares', 'updates'] as const)(
    'SA11: leaves where it had masked nothing yet, at %s, and sends nothing',
    async phase => {
      if (phase === 'updates') trainer.result = never;
      else hangIn(phase);
      await assigned(1);
      await play(phase);
      const before = [sent('keys').length, sent('shares').length, trainer.trainings];
      const { errors } = await assigned(2);
      expect(coordinator.asked.leave).toMatchObject([{ reason: 'round.begun' }]);
      expect([sent('keys').length, sent('shares').length, trainer.trainings]).toEqual(before);
      expect(coordinator.uploads).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  it('SA11: sends its masked update again byte for byte, and masks no second one', async () => {
    coordinator.take = never;
    await assigned(1);
    await play('updates');
    coordinator.take = async () => {};
    trainer.result = async () => ({
      delta: new Float32Array(layout.count).fill(-0.1),
      examples: 9,
      metrics: {},
    });
    await assigned(2);
    expect(trainer.trainings).toBe(1);
    expect(coordinator.uploads).toHaveLength(2);
    expect(coordinator.uploads[1]).toEqual(coordinator.uploads[0]);
    await state();
    expectExact();
  });

  it('SA12 SA13: signs its statement again byte for byte where it waits for the agreement of others, and reveals once', async () => {
    await assigned(1);
    await play('unmasking');
    const { errors } = await assigned(2);
    expect(coordinator.uploads).toHaveLength(1);
    const [before, again, ...more] = sent('agree');
    expect(again).toEqual(before);
    expect(more).toEqual([]);
    await feed('agreed', peers.agreed(peers.statement()));
    expect(sent('reveal')).toHaveLength(1);
    expect(trainer.trainings).toBe(1);
    expectExact();
    expect(errors).toEqual([]);
  });

  it('SA12: signs no other statement than the one before it restarted, and reveals nothing for another', async () => {
    const mend = hangIn('agree');
    await assigned(1);
    await play('unmasking');
    mend();
    await assigned(2);
    const other = peers.statement(1);
    await feed('survivors', other);
    await feed('agreed', peers.agreed(other, { lost: 1 }));
    const [first, again, ...more] = sent('agree');
    expect(again).toEqual(first);
    expect(more).toEqual([]);
    expect(sent('reveal')).toEqual([]);
    await feed('agreed', peers.agreed(peers.statement()));
    expectExact();
  });

  it('SA13: answers no second statement, not even the first one anew', async () => {
    const mend = hangIn('reveal');
    await assigned(1);
    await play('closing');
    mend();
    await assigned(2);
    await state(peers.statement(1), 1);
    const [first, again, ...more] = sent('reveal');
    expect(again).toEqual(first);
    expect(more).toEqual([]);
  });
});

describe('a device that is asked for too much', () => {
  it('SA13: has answered the first statement only, however often another one comes', async () => {
    await assigned();
    await play('closing');
    await state(peers.statement(1), 1);
    await feed('survivors', peers.statement(0, true));
    expect(sent('agree')).toHaveLength(1);
    expect(sent('reveal')).toHaveLength(1);
    expectExact();
  });

  it('SA13: answers the first of two statements that arrive while its update is under way', async () => {
    let taken = () => {};
    coordinator.take = () =>
      new Promise(resolve => {
        taken = resolve;
      });
    await assigned();
    await play('updates');
    const [first, second] = [peers.statement(), peers.statement(1)];
    await feed('survivors', first);
    await feed('survivors', second);
    taken();
    await clock.advance(0);
    expect(peers.isAgreement(sent('agree')[0]!, first)).toBe(true);
    await feed('agreed', peers.agreed(first));
    expect([sent('agree').length, sent('reveal').length]).toEqual([1, 1]);
    expectExact(first);
  });

  it.each([
    ['names the device itself as lost', () => peers.statement(0, true), 'secagg.statement'],
    ['leaves fewer survivors than the threshold', () => peers.statement(2), 'secagg.too-few'],
    ['is about another number of devices', () => Uint8Array.of(0, 0, 0), 'secagg.statement'],
  ] as const)(
    'SA12: signs and reveals nothing where the statement %s, and leaves',
    async (_, statement, code) => {
      const { errors } = await assigned();
      await play('updates');
      await feed('survivors', statement());
      expect([sent('agree'), sent('reveal')]).toEqual([[], []]);
      expect(errors).toEqual([code]);
      expect(coordinator.asked.leave).toMatchObject([{ round: assignment.round, reason: code }]);
      await clock.advance(0);
      expect(await storage.get('session.keyboard')).toBeUndefined();
    },
  );

  /** `agreed` with one byte changed. */
  const flipped = (at: number) => {
    const agreed = peers.agreed(peers.statement());
    return agreed.with(at < 0 ? agreed.length + at : at, 0x55);
  };

  it.each([
    ['too few have agreed', () => peers.agreed(peers.statement(), { silent: 2 })],
    ['they are of another statement', () => peers.agreed(peers.statement(1), { lost: 1 })],
    ['one signature is wrong', () => flipped(-5)],
    ['a flag is where nobody stands', () => flipped(0)],
    ['they are cut short', () => peers.agreed(peers.statement()).subarray(1)],
  ] as const)('SA13: reveals nothing where of the agreements %s, and waits for others', async (_, agreed) => {
    const { errors } = await assigned();
    await play('unmasking');
    await feed('agreed', agreed());
    expect(sent('reveal')).toEqual([]);
    expect(errors).toEqual(['secagg.agreement']);
    expect(coordinator.asked.leave).toEqual([]);
    await feed('agreed', peers.agreed(peers.statement(), { silent: 1 }));
    expect(sent('reveal')).toHaveLength(1);
    expectExact();
    expect(errors).toEqual(['secagg.agreement']);
  });

  it('SA13: reveals where agreements that are enough come right after some that are not', async () => {
    const { errors } = await assigned();
    await play('unmasking');
    const few = feed('agreed', peers.agreed(peers.statement(), { silent: 2 }));
    // Before it has looked at those.
    await feed('agreed', peers.agreed(peers.statement(), { silent: 1 }));
    await few;
    expect(sent('reveal')).toHaveLength(1);
    expectExact();
    expect(errors).toEqual(['secagg.agreement']);
  });

  it('SA12: answers the statement at once where the plan trusts its coordinator to follow the protocol', async () => {
    const trusting: MaskingSettings = { ...masking, threat: 'honest-but-curious' };
    assignment = assignmentOf(clock, 'r1', { masking: trusting });
    peers = new MaskedPeers(assignment, 5, trusting);
    const { errors } = await assigned();
    await play('updates');
    await feed('survivors', peers.statement());
    expect([sent('agree').length, sent('reveal').length]).toEqual([0, 1]);
    expectExact();
    expect(errors).toEqual([]);
  });

  it('leaves where its bundle is garbled, before it has masked anything', async () => {
    const { errors } = await assigned();
    await play('shares');
    await feed('bundle', bundleOf().subarray(1));
    expect(errors).toHaveLength(1);
    expect(coordinator.asked.leave).toHaveLength(1);
    expect(coordinator.uploads).toEqual([]);
  });

  it.each([
    ['hides it among fewer devices than the app allows', { smallestCohort: 7 }, 'secagg.parameters'],
    [
      'has a neighbour that the app’s authority has not certified',
      { enrolmentKey: new Uint8Array(32).fill(9), population: 'phones' },
      'secagg.roster',
    ],
  ] as const)(
    'SA5 SA6: deals no shares where the roster %s, whatever the plan says',
    async (_, floors, code) => {
      const { errors } = await assigned(1, floors);
      await play('shares');
      expect(sent('shares')).toEqual([]);
      expect(errors).toEqual([code]);
      expect(coordinator.asked.leave).toHaveLength(1);
    },
  );

  it.each([
    ['for a weaker coordinator than its plan says', { threat: 'honest-but-curious' }],
    ['for no corrupt devices', { threat: 'honest-but-curious', corrupt: 0 }],
  ] as const)('SA5: deals no shares where the graph is made %s, and says no more of it', async (_, weak) => {
    peers = new MaskedPeers(assignment, 60, { ...masking, ...weak });
    const { errors } = await assigned(1, { masking: 'malicious' });
    await play('shares');
    expect(sent('shares')).toEqual([]);
    expect(errors).toEqual(['secagg.parameters']);
    expect(coordinator.asked.leave).toMatchObject([{ reason: 'declined' }]);
  });

  it('sends nothing at all where the plan does not mask and the app asks for it', async () => {
    assignment = assignmentOf(clock);
    const { errors } = await assigned(1, { masking: 'honest-but-curious' });
    expect(errors).toEqual(['plan.below-floor']);
    expect([sent('keys').length, coordinator.uploads.length, trainer.trainings]).toEqual([0, 0, 0]);
    expect(coordinator.asked.leave).toHaveLength(1);
  });
});
