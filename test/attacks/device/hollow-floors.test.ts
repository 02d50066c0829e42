import type { Floors } from '@murmuration/client-sdk/floors/floors';
import type { Plan, TrainingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import { findParameters, type GraphParameters } from '@murmuration/protocol/secagg/parameters';
import { describe, expect, it } from 'vitest';
import type { StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { lyingRoster } from './lying-roster.ts';
import { fair, hour, masking, Victim } from './victim.ts';

const { training, model } = assignmentOf({ now: () => 0, at: () => () => {} }).plan;
const { update } = fair;
const trained = (change: Partial<TrainingSettings>) => ({ training: { ...training, ...change } });
const sent = (change: Partial<UpdateSettings>) => ({ update: { ...update, ...change } });
const controlled = (clip: number) => ({ control: { file: model, clip, rounds: [] } });
const some = (fraction: number) => sent({ compression: { kind: 'randomMask', fraction, feedback: true } });
const masked = (change: Partial<typeof masking>) => ({ masking: { ...masking, ...change } });

/** Below a default floor each. */
const hollow: readonly [string, Partial<Plan>, string][] = [
  ['no masks at all', { masking: null }, 'masking'],
  ['masks against a curious coordinator', masked({ threat: 'honest-but-curious' }), 'masking'],
  ['masks against a semi-malicious coordinator', masked({ threat: 'semi-malicious' }), 'masking'],
  ['masks on float32 updates', sent({ kind: 'float32' }), 'masking'],
  ['no corrupt devices', masked({ corrupt: 0 }), 'corrupt'],
  ['one corrupt device of a hundred', masked({ corrupt: 0.01 }), 'corrupt'],
  ['no device lost', masked({ dropping: 0 }), 'dropping'],
  ['half of the devices lost', masked({ dropping: 0.5 }), 'dropping'],
  ['a cohort of two', { largestCohort: 2 }, 'smallestCohort'],
  ['a cohort of nineteen', { largestCohort: 19 }, 'smallestCohort'],
  ['thirty-one examples', trained({ maxExamples: 31 }), 'leastExamples'],
  ['six passes', trained({ epochs: 6 }), 'mostPasses'],
  ['a clip that clips nothing', sent({ clip: 1e6 }), 'clip'],
  ['values of 17 bits', sent({ bits: 17 }), 'bits'],
  ['steps that lead anywhere', trained({ learningRate: 11 }), 'learningRate'],
  ['changes of a control variate of any length', controlled(1e6), 'controlClip'],
  ['one value of an update, which it chooses', some(1e-9), 'leastFraction'],
  ['weights by which one counts as 32', sent({ weighting: 'examples', weightCap: 32 }), 'mostShare'],
  [
    'weights by losses that end nowhere',
    trained({ fairness: { q: 20, lipschitz: 1, unit: 1 } }),
    'mostShare',
  ],
  ['a smallest weight above the largest', sent({ leastWeight: 2 }), 'mostShare'],
  ['uploads that tell when training ended', { uploadSlot: 0 }, 'uploadSlot'],
  ['no word of when to upload', { uploadSlot: undefined }, 'uploadSlot'],
];

describe('a coordinator that hollows a plan out, for a device whose app says nothing of floors', () => {
  it.each(hollow)('gets nothing for %s: no message, no upload, no reason', async (_, plan, floor) => {
    const victim = await new Victim().connect();
    await victim.assign('r1', plan);
    expect(victim.floors).toEqual([floor]);
    expect(victim.device.errors).toEqual(['plan.below-floor']);
    expect(victim.given).toBe(0);
    expect(victim.coordinator.downloads).toBe(0);
    expect((victim.trainer as StillTrainer).trainings).toBe(0);
    expect(victim.left).toEqual(['declined']);
  });

  it('is not asked for another part before an hour has passed, on no connection', async () => {
    const victim = await new Victim().connect();
    await victim.assign('r1', { masking: null });
    expect(victim.checkIns).toBe(1);
    victim.coordinator.send('round-end', {
      round: 'r1'.padEnd(22, '_'),
      outcome: 'failed',
      reason: '',
      after: 0,
    });
    await victim.clock.advance(hour / 2);
    victim.coordinator.disconnect();
    victim.coordinator.connect();
    await victim.clock.advance(hour / 2 - 1);
    expect(victim.checkIns).toBe(1);
    await victim.clock.advance(1);
    expect(victim.checkIns).toBe(2);
  });

  it.each<[string, GraphParameters]>([
    ['of two neighbours', { graph: 'harary', devices: 60, neighbours: 2, threshold: 2 }],
    ['whose secrets two shares open', { graph: 'complete', devices: 60, neighbours: 59, threshold: 2 }],
    [
      'of fewer devices than its plan says',
      { graph: 'complete', devices: 19, neighbours: 18, threshold: 13 },
    ],
  ])('gets no shares on a graph %s', async (_, parameters) => {
    const victim = await new Victim().connect();
    const assignment = await victim.assign('r1');
    const { keys, enrol, shares } = victim.coordinator.asked;
    const message = lyingRoster(assignment, parameters, enrol[0]!.publicKey, keys[0]!.message);
    victim.coordinator.send('roster', {
      round: assignment.round,
      assignment: assignment.assignment,
      message,
    });
    await victim.clock.advance(0);
    expect(victim.device.errors).toEqual(['secagg.parameters']);
    expect(victim.left).toEqual(['declined']);
    expect([shares.length, victim.coordinator.uploads.length]).toEqual([0, 0]);
  });

  it.each([
    ['a tenth of the devices is lost', undefined, 'secagg.parameters'],
    ['a twentieth is lost, which the app asks for', 0.05, undefined],
  ])('gets shares on a graph against a curious one where %s', async (_, checked, error) => {
    const floors: Floors = {
      masking: 'honest-but-curious',
      smallestSum: 3,
      ...(checked !== undefined && { dropping: { checked } }),
    };
    const victim = await new Victim({ floors }).connect();
    const assumed = { threat: 'honest-but-curious', corrupt: 0.05, dropping: 0.05 } as const;
    const assignment = await victim.assign('r1', masked(assumed));
    const { keys, enrol, shares } = victim.coordinator.asked;
    const parameters = findParameters(60, assumed, 'harary');
    const message = lyingRoster(assignment, parameters, enrol[0]!.publicKey, keys[0]!.message);
    victim.coordinator.send('roster', {
      round: assignment.round,
      assignment: assignment.assignment,
      message,
    });
    await victim.clock.advance(0);
    expect(victim.device.errors).toEqual(error === undefined ? [] : [error]);
    expect(shares).toHaveLength(error === undefined ? 1 : 0);
  });

  it('gets a part for a plan that is at no floor', async () => {
    const victim = await new Victim().connect();
    await victim.assign('r1', fair);
    expect(victim.coordinator.asked.keys).toHaveLength(1);
    expect([victim.device.errors, victim.left]).toEqual([[], []]);
  });
});

describe('an app that gives up one floor', () => {
  const given: readonly [Floors, Partial<Plan>][] = [
    [{ masking: 'semi-malicious' }, masked({ threat: 'semi-malicious' })],
    [{ corrupt: 0 }, masked({ corrupt: 0 })],
    [{ dropping: { least: 0 } }, masked({ dropping: 0 })],
    [{ dropping: { most: 0.6 } }, masked({ dropping: 0.5 })],
    [{ smallestCohort: 16 }, { largestCohort: 19 }],
    [{ leastExamples: 31 }, trained({ maxExamples: 31 })],
    [{ mostPasses: 6 }, trained({ epochs: 6 })],
    [{ clip: 1e6 }, sent({ clip: 1e6 })],
    [{ bits: 17 }, sent({ bits: 17 })],
    [{ learningRate: 11 }, trained({ learningRate: 11 })],
    [{ controlClip: 1e6 }, controlled(1e6)],
    [{ leastFraction: 1e-9 }, some(1e-9)],
    [{ mostShare: 1 }, sent({ weighting: 'examples', weightCap: 32 })],
    [{ uploadSlot: 0 }, { uploadSlot: 0 }],
  ];

  it.each(given)('keeps all others: %o', async (floors, plan) => {
    const taking = await new Victim({ floors }).connect();
    await taking.assign('r1', plan);
    expect(taking.coordinator.asked.keys).toHaveLength(1);
    for (const [, other, floor] of hollow) {
      if (Object.hasOwn(floors, floor)) continue;
      const victim = await new Victim({ floors }).connect();
      await victim.assign('r1', { ...plan, ...other });
      expect([victim.floors, victim.given]).toEqual([[expect.any(String)], 0]);
    }
  });
});
