import { type NewExperiment, newExperiment } from '@murmuration/api/experiment';
import { design } from '@murmuration/lifecycle/experiments/design';
import type { Experiment } from '@murmuration/lifecycle/experiments/experiment';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { VersionName } from '@murmuration/rounds/promotion/version-aliases';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { experiment } from '../../../contract/experiments.ts';
import { gated, name as line } from './gated-task.ts';

const model = (number: number) => `model ${number}` as ModelHash;
const query = (kind: 'arm' | 'outcomes', name: string) =>
  defineQuery({ name, kind, outcomes: ['accepted', 'ignored'], threshold: 10 });
const masked: Partial<TaskDefinition> = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  cohort: { goal: 40, minimum: 10 },
  queries: [
    { query: query('arm', 'by-arm'), every: '1 h' },
    query('outcomes', 'live'),
    { query: query('arm', 'other-arm'), every: '1 h' },
  ],
};
const surroundings = {
  task: gated(null),
  champion: { number: 3, model: model(3) } as VersionName,
  isMeasured: true,
  isTaken: false,
  running: [] as readonly Experiment[],
  version: async (number: number) => (number < 9 ? model(number) : undefined),
};

const ab: NewExperiment = {
  name: 'smaller',
  kind: 'ab',
  arms: [
    { name: 'control', version: 2 },
    { name: 'small', version: 3 },
  ],
};
const canary: NewExperiment = {
  name: 'ramp',
  kind: 'canary',
  arms: [{ name: 'fresh', version: 2 }],
  steps: [
    { share: 0.25, for: 60_000 },
    { share: 0.5, for: 60_000 },
  ],
};
const mirror: NewExperiment = { name: 'm', kind: 'mirror', arms: [{ name: 'x', version: 1 }] };
const onDevices: NewExperiment = { ...ab, query: 'by-arm' };

const designed = (terms: NewExperiment, given: Partial<typeof surroundings> = {}) =>
  design(newExperiment.parse(terms), { ...surroundings, ...given });

/** A running experiment in a part of a layer. */
const inLayer = (from: number, to: number, rest: Partial<Experiment> = {}): Experiment =>
  experiment(`at ${from}`, line, { layer: { name: 'default', from, to }, ...rest });

describe('the design of an experiment', () => {
  it('has what its terms say, and equal shares where they say none', async () => {
    expect(await designed({ ...ab, traffic: 0.4, key: { name: 'X-Person' }, planned: 700 })).toEqual({
      name: 'smaller',
      kind: 'ab',
      layer: { name: 'default', from: 0, to: 0.4 },
      key: { in: 'header', name: 'x-person' },
      covariate: null,
      arms: [
        { name: 'control', number: 2, model: model(2), share: 0.5 },
        { name: 'small', number: 3, model: model(3), share: 0.5 },
      ],
      metric: 'accuracy',
      alpha: 0.05,
      planned: 700,
      guards: [{ metric: 'failures', worseBy: 0.01 }],
      steps: null,
      atLeast: 50,
      devices: false,
    });
  });

  it('keeps the case of parameters, which headers do not have', async () => {
    const terms = { ...ab, key: { in: 'parameter', name: 'Person' }, covariate: { name: 'Before' } } as const;
    expect(await designed(terms)).toMatchObject({
      key: { in: 'parameter', name: 'Person' },
      covariate: { in: 'header', name: 'before' },
    });
    // A header and a parameter of one name are two places, and so are two names.
    for (const covariate of [
      { in: 'header', name: 'Person' } as const,
      { in: 'parameter', name: 'person' } as const,
    ])
      expect((await designed({ ...terms, covariate })).covariate).not.toBeNull();
  });

  it('of a canary begins with the share of its first step', async () => {
    const { arms, steps } = await designed(canary);
    expect(arms).toEqual([
      { name: 'champion', number: 3, model: model(3), share: 0.75 },
      { name: 'fresh', number: 2, model: model(2), share: 0.25 },
    ]);
    expect(steps).toEqual(canary.steps);
  });

  it('of a mirror has one arm, and takes no keys from others', async () => {
    const running = [inLayer(0, 1), inLayer(0, 1, { kind: 'mirror', task: 'other' as never })];
    expect(await designed({ ...mirror, traffic: 0.3 }, { running })).toMatchObject({
      layer: { name: 'default', from: 0, to: 0.3 },
      arms: [{ name: 'x', number: 1, model: model(1), share: 1 }],
    });
  });

  it('on devices asks its query, and has no guards of failures', async () => {
    expect(await designed(onDevices, { task: gated(null, masked), isMeasured: false })).toMatchObject({
      query: 'by-arm',
      devices: true,
      guards: [],
    });
    expect((await designed({ ...ab, devices: true })).devices).toBe(true);
  });

  it.each<[readonly (readonly [number, number])[], number, number]>([
    [[], 1, 0],
    [[[0.5, 1]], 0.5, 0],
    [[[0.5, 0.7]], 0.3, 0],
    [[[0.1, 0.7]], 0.3, 0.7],
    // The first part in which there is room, in whatever order they began.
    [
      [
        [0.6, 0.9],
        [0, 0.3],
      ],
      0.3,
      0.3,
    ],
    [
      [
        [0.6, 0.9],
        [0, 0.4],
      ],
      0.1,
      0.4,
    ],
    [
      [
        [0.1, 0.2],
        [0.2, 0.5],
        [0.8, 1],
      ],
      0.3,
      0.5,
    ],
    // 0.1 + 0.2 is not quite 0.3.
    [[[0, 0.1 + 0.2]], 0.7, 0.1 + 0.2],
    [[[0.1 + 0.2, 1]], 0.3, 0],
  ])('takes a free part of the layer: beside %j for %d from %d on', async (taken, traffic, from) => {
    const running = taken.map(([from, to]) => inLayer(from, to));
    const { layer } = await designed({ ...ab, traffic }, { running });
    expect(layer.from).toBeCloseTo(from, 12);
    expect(layer.to).toBeCloseTo(from + traffic, 12);
    expect(layer.to).toBeLessThanOrEqual(1);
  });

  it('has the whole layer beside what is in another one, or mirrors', async () => {
    const running = [
      inLayer(0, 1, { kind: 'mirror' }),
      inLayer(0, 1, { task: 'other' as never, layer: { name: 'second', from: 0, to: 1 } }),
    ];
    expect((await designed(ab, { running })).layer).toEqual({ name: 'default', from: 0, to: 1 });
  });

  it('takes shares that add up to 1 but for rounding', async () => {
    const shares = [0.1, 0.2, 0.7].map((share, at) => ({ name: 'abc'[at]!, version: at, share }));
    expect((await designed({ ...ab, arms: shares })).arms.map(({ share }) => share)).toEqual([0.1, 0.2, 0.7]);
  });

  const [first, second] = ab.arms;
  it.each<[string, NewExperiment, Partial<typeof surroundings>]>([
    ['Nothing would be measured: inference.feedback of the coordinator is null.', ab, { isMeasured: false }],
    ['The task line has an experiment "smaller" already; choose another name.', ab, { isTaken: true }],
    [
      'The versions of line have private layers, so no inference server answers with them.',
      ab,
      { task: gated(null, { plan: { learningRate: 1, privateLayers: ['own'] } }) },
    ],
    ['The header cookie is no key: name one that is no secret.', { ...ab, key: { name: 'Cookie' } }, {}],
    [
      'The header proxy-authorization is no covariate: name one that is no secret.',
      { ...ab, covariate: { name: 'Proxy-Authorization' } },
      {},
    ],
    [
      'The header x-murmuration-key is the key: the covariate is a number beside it.',
      { ...ab, covariate: { name: 'X-Murmuration-Key' } },
      {},
    ],
    [
      'Two guards are about one metric.',
      { ...ab, guards: [{ metric: 'latency' }, { metric: 'latency', worseBy: 1 }] },
      {},
    ],
    [
      'An experiment of line mirrors already: requests are mirrored to one version at a time.',
      mirror,
      { running: [inLayer(0, 0.1), inLayer(0, 1, { kind: 'mirror' })] },
    ],
    ['Nothing is mirrored on devices.', { ...mirror, devices: true }, {}],
    [
      'A mirror measures no metric of keys, so there is nothing that a covariate could explain.',
      { ...mirror, covariate: {} },
      {},
    ],
    [
      'The experiment of-at 0 of line runs in the layer second: in another one, keys would be in both, and a request is answered by one version.',
      ab,
      { running: [inLayer(0, 0.1, { layer: { name: 'second', from: 0, to: 0.1 } })] },
    ],
    [
      'The layer default has no part of 0.5 left: experiments that run have 0.75 of it.',
      { ...ab, traffic: 0.5 },
      { running: [inLayer(0.25, 0.5), inLayer(0.5, 1)] },
    ],
    [
      'An experiment of the kind ab has two arms at least, the first being the control.',
      { ...ab, arms: [first!] },
      {},
    ],
    [
      'An experiment of the kind canary has one arm; the version that is served is beside it.',
      { ...canary, arms: ab.arms },
      {},
    ],
    [
      'An experiment of the kind mirror has one arm; the version that is served is beside it.',
      { ...mirror, arms: ab.arms },
      {},
    ],
    [
      'The arm of a canary has no share: its steps have.',
      { ...canary, arms: [{ name: 'fresh', version: 2, share: 0.1 }] },
      {},
    ],
    [
      'The arm of a mirror has no share: it gets all of the traffic.',
      { ...mirror, arms: [{ name: 'x', version: 1, share: 1 }] },
      {},
    ],
    ['Two arms have one name.', { ...ab, arms: [first!, { ...second!, name: 'control' }] }, {}],
    [
      'The shares of the arms have to add up to 1; leave all of them out for equal ones.',
      { ...ab, arms: [first!, { ...second!, share: 0.5 }] },
      {},
    ],
    [
      'The shares of the arms have to add up to 1; leave all of them out for equal ones.',
      {
        ...ab,
        arms: [
          { ...first!, share: 0.4 },
          { ...second!, share: 0.5 },
        ],
      },
      {},
    ],
    [
      'The arm of a canary is not called champion: that is the other one.',
      { ...canary, arms: [{ name: 'champion', version: 2 }] },
      {},
    ],
    ['Version 3 is what everybody gets already.', { ...canary, arms: [{ name: 'fresh', version: 3 }] }, {}],
    ['An experiment of the kind ab has no steps.', { ...ab, steps: canary.steps }, {}],
    ['A canary has steps, such as [{"share": 0.01, "for": 3600000}].', { ...canary, steps: undefined }, {}],
    [
      'Each step of a canary has a larger share than the one before.',
      { ...canary, steps: [...canary.steps!, { share: 0.5, for: 1_000 }] },
      {},
    ],
    // Of devices.
    [
      'The task line has no query "by-arm" of the kind arm; its definition has none.',
      onDevices,
      { task: gated(null) },
    ],
    [
      'The task line has no query "live" of the kind arm; name "by-arm" or "other-arm".',
      { ...onDevices, query: 'live' },
      {},
    ],
    [
      'Nothing is mirrored on devices: each serves one version. Choose ab or canary.',
      { ...mirror, query: 'by-arm' },
      {},
    ],
    [
      'Devices say nothing from before an experiment, so there is no covariate to take out; leave it out.',
      { ...onDevices, covariate: {} },
      {},
    ],
    [
      'Devices are split by their ids; leave out the key, which only requests have.',
      { ...onDevices, key: { name: 'x-person' } },
      {},
    ],
    [
      'Devices are split by their ids; leave out the key, which only requests have.',
      { ...onDevices, key: { in: 'parameter' } },
      {},
    ],
    [
      'Devices say how often predictions had the outcome "accepted", which is accuracy, and nothing of latency.',
      { ...onDevices, metric: 'latency' },
      {},
    ],
    [
      'Devices say how often predictions had the outcome "accepted", which is accuracy, and nothing of failures.',
      { ...onDevices, guards: [{ metric: 'accuracy' }, { metric: 'failures' }] },
      {},
    ],
    [
      'Two arms have one version, and devices say of a version what became of its predictions.',
      { ...onDevices, arms: [first!, { ...second!, version: 2 }] },
      {},
    ],
  ])('is refused: %s', async (detail, terms, given) => {
    const asked = terms.query ? { task: gated(null, masked), ...given } : given;
    await expect(designed(terms, asked)).rejects.toMatchObject({ code: 'request.invalid', detail });
  });

  it('is refused with a version that is not there', async () => {
    await expect(designed({ ...ab, arms: [first!, { ...second!, version: 9 }] })).rejects.toMatchObject({
      code: 'model.missing',
      detail: 'The task line has no version 9.',
    });
  });
});
