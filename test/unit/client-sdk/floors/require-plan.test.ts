import { BelowFloor } from '@murmuration/client-sdk/floors/below-floor';
import { type Floors, heldFloors } from '@murmuration/client-sdk/floors/floors';
import { demandsOf, requirePlan, requirePrivateLayers } from '@murmuration/client-sdk/floors/require-plan';
import type { MaskingSettings, Plan } from '@murmuration/protocol/messages/plan';
import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../memory-coordinator.ts';

const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };
const update = { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 } as const;
const { plan } = assignmentOf({ now: () => 0, at: () => () => {} }, 'r1', {
  ...{ update, masking, largestCohort: 60, uploadSlot: 30_000 },
});
const sent = (change: object) => ({ update: { ...update, ...change } });
const trained = (change: object) => ({ training: { ...plan.training, ...change } });
const randomMask = { kind: 'randomMask', fraction: 0.5, feedback: true };
const budget = { privacy: {} } as object;
const noBudget =
  'The plan has a privacy budget, which takes quantised updates of equal weight and no verdicts.';
const noLeast = 'The plan has a smallest weight above its largest, or weights by losses and no smallest one.';

describe('a plan below a floor', () => {
  // biome-ignore format: one refusal a line
  it.each<[change: object, floors: Floors, floor: string, why: string]>([
    [{ masking: null }, {}, 'masking', 'The plan has no masks; the app asks for them against a malicious one.'],
    [{ masking: null }, { masking: 'honest-but-curious' }, 'masking', 'The plan has no masks; the app asks for them against an honest-but-curious one.'],
    [{ masking: { ...masking, threat: 'honest-but-curious' } }, { masking: 'semi-malicious' }, 'masking', 'The plan has masks against an honest-but-curious coordinator; the app asks for them against a semi-malicious one.'],
    [sent({ kind: 'float32' }), {}, 'masking', 'The plan asks for masks on updates that have none.'],
    [sent({ compression: { ...randomMask, kind: 'topK' } }), {}, 'masking', 'The plan asks for masks on updates that have none.'],
    [{ ...budget, ...sent({ kind: 'float32' }), masking: null }, { masking: 'off' }, 'privacy', noBudget],
    [{ ...budget, ...sent({ weighting: 'examples' }) }, {}, 'privacy', noBudget],
    [{ ...budget, judged: plan.model }, {}, 'privacy', noBudget],
    [{ ...budget, ...trained({ fairness: { q: 1 } }) }, {}, 'privacy', noBudget],
    [{ ...budget, control: { clip: 1 } }, {}, 'privacy', noBudget],
    [{ ...budget, ...sent({ compression: randomMask }) }, {}, 'privacy', noBudget],
    [{ masking: { ...masking, corrupt: 0.01 } }, {}, 'corrupt', 'The plan has 0.01 for the floor "corrupt"; the app asks for 0.05 or more.'],
    [{ masking: { ...masking, dropping: 0.5 } }, {}, 'dropping', 'The plan has 0.5 for the floor "dropping"; the app asks for 0.05 or more, up to 0.4.'],
    [{ largestCohort: 19 }, {}, 'smallestCohort', 'The plan has 19 for the floor "smallestCohort"; the app asks for 20 or more.'],
    [{}, { smallestSum: 61 }, 'smallestSum', 'The plan has 60 for the floor "smallestSum"; the app asks for 61 or more.'],
    [trained({ maxExamples: 31 }), {}, 'leastExamples', 'The plan has 31 for the floor "leastExamples"; the app asks for 32 or more.'],
    [trained({ epochs: 6 }), {}, 'mostPasses', 'The plan has 6 for the floor "mostPasses"; the app asks for 0 or more, up to 5.'],
    [trained({ learningRate: 11 }), {}, 'learningRate', 'The plan has 11 for the floor "learningRate"; the app asks for 0 or more, up to 10.'],
    [sent({ clip: 21 }), {}, 'clip', 'The plan has 21 for the floor "clip"; the app asks for 0 or more, up to 20.'],
    [{ control: { clip: 101 } }, {}, 'controlClip', 'The plan has 101 for the floor "controlClip"; the app asks for 0 or more, up to 100.'],
    [sent({ compression: { ...randomMask, fraction: 0.009 } }), {}, 'leastFraction', 'The plan has 0.009 for the floor "leastFraction"; the app asks for 0.01 or more.'],
    [sent({ bits: 17 }), {}, 'bits', 'The plan has 17 for the floor "bits"; the app asks for 0 or more, up to 16.'],
    [{ ...sent({ kind: 'float32' }), masking: null }, { masking: 'off' }, 'bits', 'The plan has 24 for the floor "bits"; the app asks for 0 or more, up to 16.'],
    [{ uploadSlot: undefined }, {}, 'uploadSlot', 'The plan has 0 for the floor "uploadSlot"; the app asks for 30000 or more.'],
    [sent({ leastWeight: 2 }), {}, 'mostShare', noLeast],
    [trained({ fairness: { q: 1 } }), {}, 'mostShare', noLeast],
    [{ ...sent({ weightCap: 32, leastWeight: 1 }), ...trained({ fairness: { q: 1 } }) }, {}, 'mostShare', 'One update may count 32.00 times as much as another by the plan; '],
    [{ bases: Array(64).fill({}) }, {}, 'mostShare', 'One update may count 8.00 times as much as another by the plan; for the floor "mostShare" of 0.5 it may count 2.00 times as much. Weights that are uniform do. [plan.below-floor]'],
    [sent({ weighting: 'examples', weightCap: 32 }), {}, 'mostShare', 'One update may count 32.00 times as much as another by the plan; for the floor "mostShare" of 0.5 it may count '],
  ])('is refused by its name: %j for %j', (change, floors, floor, why) => {
    const refused = () => requirePlan({ ...plan, ...change } as Plan, heldFloors(floors));
    expect(refused).toThrow(BelowFloor);
    expect(refused).toThrow(expect.objectContaining({ code: 'plan.below-floor', floor }));
    expect(refused).toThrow(why);
  });

  // biome-ignore format: one plan a line
  it.each<[change: object, floors: Floors]>([
    [{}, {}],
    [budget, {}],
    [sent({ weightCap: 32 }), {}],
    [{ ...budget, query: new Uint8Array(1), ...sent({ weighting: 'examples' }) }, {}],
    [{ ...sent({ weighting: 'examples', weightCap: 32 }), query: new Uint8Array(1) }, {}],
    [{ ...sent({ weighting: 'examples', weightCap: 32 }), masking: null }, { masking: 'off' }],
    [{ masking: null }, { masking: 'off' }],
    [{ masking: { ...masking, corrupt: 0.05, dropping: 0.05 } }, {}],
    [{ masking: { ...masking, dropping: 0.4 } }, {}],
    [{ largestCohort: 60, ...trained({ maxExamples: 32, epochs: 5, learningRate: 10 }) }, { smallestCohort: 60, smallestSum: 60 }],
    [sent({ clip: 20, bits: 16, compression: { ...randomMask, fraction: 0.01 } }), {}],
    [{ control: { clip: 100 } }, {}],
    [{ ...sent({ kind: 'float32' }), masking: null }, { masking: 'off', bits: 24 }],
    [{ uploadSlot: undefined }, { uploadSlot: 0 }],
  ])('is none at its floors: %j for %j', (change, floors) => {
    expect(() => requirePlan({ ...plan, ...change } as Plan, heldFloors(floors))).not.toThrow();
  });
});

it('a plan that shares a layer of the app is refused by the names of these', () => {
  const refused = (privateLayers: string[] | undefined, kept: string[]) => () =>
    requirePrivateLayers({ ...plan, ...(privateLayers && { privateLayers }) } as Plan, kept);
  expect(refused(['gru'], ['embedding', 'gru', 'head'])).toThrow(
    'The plan shares layers which the app keeps on the device: embedding, head. [plan.below-floor]',
  );
  expect(refused(undefined, ['gru'])).toThrow(expect.objectContaining({ floor: 'privateLayers' }));
  expect(refused(['gru', 'head'], ['gru'])).not.toThrow();
  expect(refused(undefined, [])).not.toThrow();
});

it('demands on a graph are those of the floors, or of the plan where it asks for more', () => {
  const key = new Uint8Array(32);
  const day = 86_400_000;
  expect(demandsOf(masking, heldFloors(), 3 * day + 1)).toEqual({
    assumptions: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
    smallestCohort: 20,
    smallestSum: 16,
    authority: undefined,
    today: 3,
  });
  const curious = { ...masking, threat: 'honest-but-curious', dropping: 0.05 } as const;
  const floors = heldFloors({ smallestCohort: 1, smallestSum: 1, enrolmentKey: key, population: 'phones' });
  expect(demandsOf(curious, floors, 0)).toEqual({
    assumptions: { threat: 'honest-but-curious', corrupt: 0.05, dropping: 0.1 },
    smallestCohort: 3,
    smallestSum: 3,
    authority: { key, population: 'phones' },
    today: 0,
  });
  expect(demandsOf({ ...masking, dropping: 0.05 }, floors, 0).assumptions.dropping).toBe(0.05);
  expect(demandsOf(curious, heldFloors({ enrolmentKey: key }), 0).authority).toEqual({ key, population: '' });
  expect(demandsOf({ ...curious, dropping: 0.2 }, floors, 0, 40)).toMatchObject({
    assumptions: { dropping: 0.2 },
    smallestSum: 40,
  });
});
