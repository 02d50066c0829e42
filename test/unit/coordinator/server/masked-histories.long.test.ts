import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import { meanOfSum, quantizationFor } from '@murmuration/protocol/weights/quantize';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import type { StrategyState, SumStrategy } from '@murmuration/rounds/strategy/strategy';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { cohortSizeOf } from '@murmuration/rounds/task/task';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Federation, layout, openFederation } from './federation.ts';
import { MaskedDevice } from './masked-device.ts';

/** What the world can do to a coordinator whose rounds are masked. Devices are named by small numbers. */
type Operation =
  | readonly ['CheckIn' | 'Step' | 'Leave' | 'Disconnect' | 'Reconnect' | 'Repeat' | 'Garble', number]
  /** Everybody but some checks in, or does its next step. */
  | readonly ['CheckInBut' | 'StepBut', readonly number[]]
  | readonly ['Advance', number];

const devices = 9;
const device = fc.nat(devices - 1);
const some = fc.uniqueArray(device, { maxLength: 3 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('CheckInBut' as const), some) },
  { weight: 10, arbitrary: fc.tuple(fc.constant('StepBut' as const), some) },
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constantFrom(
        'CheckIn' as const,
        'Step' as const,
        'Leave' as const,
        'Disconnect' as const,
        'Reconnect' as const,
        'Repeat' as const,
        'Garble' as const,
      ),
      device,
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant('Advance' as const), fc.constantFrom(0, 1, 5_000, 10_000, 60_000)),
  },
);

/** Plays a history, and checks what must hold whatever happens. */
async function play(history: readonly Operation[]): Promise<Federation> {
  const federation = await openFederation({
    task: {
      strategy: fedAvgM(),
      masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
      update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
      cohort: { goal: 6, minimum: 4, overSelection: 1.3 },
      deadlines: {
        gathering: '10 s',
        messages: '10 s',
        updates: '60 s',
      },
    } as Partial<TaskDefinition>,
  });
  const { rounds, clock, channel, events } = federation;
  const all = Array.from({ length: devices }, (_, index) => new MaskedDevice(federation, index));
  const contributors = new Map<RoundId, readonly AssignmentId[]>();
  events.on('round', state => {
    if ('contributors' in state)
      contributors.set(
        state.terms.id,
        state.contributors.map(({ assignment }) => assignment),
      );
  });
  await rounds.start();
  await clock.advance(0);
  for (const [name, target] of history) {
    const driver = rounds.current!;
    if (name === 'Advance') {
      await clock.advance(target);
      continue;
    }
    if (name === 'CheckInBut' || name === 'StepBut') {
      const others = all.filter((_, index) => !target.includes(index));
      for (const each of others)
        if (name === 'StepBut') await attempt(each.step());
        else if (channel.isConnected(each.id) || !channel.assignments.has(each.id))
          federation.checkIn(each.id);
      await clock.advance(0);
      continue;
    }
    const it = all[target as number]!;
    switch (name) {
      case 'CheckIn':
        federation.checkIn(it.id);
        break;
      case 'Step':
        await attempt(it.step());
        break;
      case 'Leave':
        if (it.part) await attempt(driver.leave(it.id, it.part.assignment));
        break;
      case 'Disconnect':
        federation.disconnect(it.id);
        break;
      case 'Reconnect':
        federation.connect(it.id);
        break;
      case 'Repeat': {
        const { state } = driver;
        await attempt(it.repeat());
        if ('quorum' in state && 'quorum' in driver.state && state.phase === driver.state.phase)
          expect(driver.state.quorum.accepted).toBe(state.quorum.accepted);
        break;
      }
      case 'Garble': {
        if (!it.part) break;
        const { state } = driver;
        await expect(it.garble(driver, it.part.assignment)).rejects.toMatchObject({
          code: expect.any(String),
        });
        if ('quorum' in state && 'quorum' in driver.state && state.phase === driver.state.phase)
          expect(driver.state.quorum.accepted).toBe(state.quorum.accepted);
        break;
      }
    }
    await clock.advance(0);
  }
  await rounds.stop();
  expect(clock.pending).toBe(0);
  expect(federation.faults).toEqual([]);
  checkInputs(federation);
  await checkModels(federation, all, contributors);
  return federation;
}

/** Whatever refuses a message is a code of the table. */
async function attempt(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(round|assignment|update|secagg)\./) });
  }
}

/** However often it comes back, a device hears one roster, one bundle and one statement for an assignment; more may have agreed to that. */
function checkInputs({ channel }: Federation): void {
  for (const inputs of channel.inputs.values()) {
    const first = new Map<string, Uint8Array>();
    for (const { event, input } of inputs) {
      if (event === 'agreed') continue;
      const key = `${event} ${input.assignment}`;
      expect(input.message).toEqual(first.get(key) ?? input.message);
      first.set(key, input.message);
    }
  }
}

/**
 * Every version follows, to the last bit, from its parent and the updates of those whom the round named as contributors;
 * whoever's update was acknowledged is one of them.
 */
async function checkModels(
  { history, registry, task, records }: Federation,
  all: readonly MaskedDevice[],
  contributors: ReadonlyMap<RoundId, readonly AssignmentId[]>,
): Promise<void> {
  const versions = [...(await history.versions(task.name, 1e9, 1e9))].reverse();
  const published = records.filter(({ outcome }) => outcome === 'published');
  expect(versions.slice(1).map(({ round }) => round)).toEqual(published.map(({ round }) => round));
  const strategy = task.strategy as SumStrategy;
  const settings = { ...task.update, largestCohort: cohortSizeOf(task) };
  const quantization = quantizationFor(layout.count, settings);
  const plain = new Map(all.flatMap(each => [...each.plain]));
  const acknowledged = all.flatMap(each => [...each.acknowledged]);
  let { state, model } = { state: strategy.init(layout.count), model: new Float32Array(layout.count) };
  for (const [i, { round, base, tally }] of published.entries()) {
    const named = contributors.get(round)!;
    expect(new Set(named)).toEqual(
      new Set(acknowledged.filter(([, where]) => where === round).map(([assignment]) => assignment)),
    );
    expect(named).toHaveLength(tally.accepted);
    expect(tally.accepted).toBeGreaterThanOrEqual(task.cohort.minimum);
    const sum = new Int32Array(quantization.elements);
    for (const assignment of named) {
      const update = plain.get(assignment)!;
      // Whether or not verdicts lie in between, of which these devices have none.
      const heard = [...update.subarray(0, layout.count), update.at(-1)!];
      for (const [at, value] of heard.entries()) sum[at] = sum[at]! + value;
    }
    const mean = meanOfSum(sum, named.length, settings, quantization, round);
    ({ state, model } = strategy.apply(state, model, mean) as { state: StrategyState; model: typeof model });
    const version = versions[i + 1]!;
    expect(version).toMatchObject({ contributors: tally.accepted, parent: base });
    expect((await registry.files(version.model)).weights).toEqual(model);
  }
  for (const { tally, outcome, model } of records) {
    expect(tally.accepted + tally.late + tally.lost).toBe(tally.cohort);
    if (outcome === 'failed') expect(model).toBeNull();
  }
}

describe('any history of masked rounds', () => {
  it('publishes exact sums of the contributors that it names, and leaves the model as it was where a round fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 15, maxLength: 60, size: 'max' }), async history => {
        await play(history);
      }),
      { numRuns: 40 },
    );
  });

  it('gets far enough for that to mean something', async () => {
    const outcomes = new Set<string>();
    for (const history of fc.sample(fc.array(operation, { minLength: 60, maxLength: 60 }), {
      numRuns: 20,
      seed: 2026,
    })) {
      for (const { outcome, failure } of (await play(history)).records)
        outcomes.add(failure ? `${outcome} during ${failure.during}` : outcome);
    }
    expect([...outcomes].sort()).toEqual([
      'failed during agreement',
      'failed during gathering',
      'failed during keys',
      'failed during shares',
      'failed during unmasking',
      'failed during updates',
      'published',
    ]);
  });

  const stepBut = (...silent: number[]): Operation => ['StepBut', silent];
  const everybody = stepBut();
  const masked = [everybody, everybody, everybody];
  const begin: Operation = ['CheckInBut', []];
  /** Of the updates, which every earlier phase that ends before its own leaves its time to. */
  const deadline: Operation = ['Advance', 70_000];

  it.each([
    ['keys', [stepBut(3), ['Advance', 5_000], everybody, everybody, everybody, everybody], 7],
    ['shares', [everybody, stepBut(3), ['Advance', 10_000], everybody, everybody, everybody], 6],
    ['updates', [everybody, everybody, stepBut(3), deadline, everybody, everybody], 6],
    ['agreement', [...masked, stepBut(3), ['Advance', 80_000], everybody], 7],
    ['unmasking', [...masked, everybody, stepBut(3)], 7],
    [
      'shares and updates',
      [everybody, stepBut(3), ['Advance', 10_000], stepBut(4), ['Advance', 60_000], everybody, everybody],
      5,
    ],
    [
      'updates and unmasking, and is back in time',
      [
        everybody,
        everybody,
        stepBut(3),
        ['Disconnect', 3],
        ['Reconnect', 3],
        ['Step', 3],
        everybody,
        stepBut(4),
        everybody,
      ],
      7,
    ],
  ] as [string, Operation[], number][])(
    'SA15: survives the loss of a device at %s',
    async (_, then, accepted) => {
      const { records } = await play([begin, ...then]);
      expect(records[0]).toMatchObject({ outcome: 'published', tally: { accepted } });
    },
  );

  it.each([
    ['keys', [stepBut(0, 1, 2, 3, 4), ['Advance', 5_000]], 'keys', /at least 4/],
    ['updates', [everybody, everybody, stepBut(3, 4, 5), deadline], 'agreement', /5 are needed/],
    ['agreement', [...masked, stepBut(3, 4, 5), ['Advance', 80_000]], 'agreement', /too few/],
    ['unmasking', [...masked, everybody, stepBut(3, 4, 5), ['Advance', 90_000]], 'unmasking', /too few/],
  ] as [string, Operation[], string, RegExp][])(
    'SA15: fails with the reason where too few are left at %s',
    async (_, then, during, reason) => {
      const { records } = await play([begin, ...then]);
      expect(records[0]).toMatchObject({ outcome: 'failed', failure: { during } });
      expect(records[0]!.failure!.reason).toMatch(reason);
    },
  );
});
