import {
  type DiskTrend,
  diskFilling,
  followDisk,
  unseenDisk,
} from '@murmuration/coordinator/telemetry/alerts/disk-filling';
import type { TaskFacts } from '@murmuration/coordinator/telemetry/alerts/facts';
import {
  type FigureTrend,
  figureFell,
  followFigure,
  noFigures,
} from '@murmuration/coordinator/telemetry/alerts/figure-fell';
import { findingsOf } from '@murmuration/coordinator/telemetry/alerts/findings';
import { inWords } from '@murmuration/coordinator/telemetry/alerts/in-words';
import {
  followOutcome,
  manyFailures,
  roundsDelayed,
} from '@murmuration/coordinator/telemetry/alerts/many-failures';
import { noEligibleDevices } from '@murmuration/coordinator/telemetry/alerts/no-eligible-devices';
import { outdatedDevices } from '@murmuration/coordinator/telemetry/alerts/outdated-devices';
import { countFailures, roundsFailing } from '@murmuration/coordinator/telemetry/alerts/rounds-failing';
import { alertsSchema, type FigureSettings } from '@murmuration/coordinator/telemetry/alerts/settings';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelVersion } from '@murmuration/rounds/registry/model-version';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { describe, expect, it } from 'vitest';

const task = 'line' as TaskName;
const anHour = 3_600_000;

const facts: TaskFacts = {
  task,
  isPaused: false,
  interval: 0,
  failures: null,
  outcomes: [],
  shared: [],
  slow: [],
  figures: [],
  drifts: [],
  base: 'v0' as never,
  eligibleAt: 0,
  connected: 0,
  enrolled: 0,
};

function round(number: number, outcome: RoundRecord['outcome']): RoundRecord {
  const failure = { during: 'updates', reason: `Reason ${number}.` } as const;
  return {
    number,
    outcome,
    endedAt: number * 1_000,
    failure: outcome === 'failed' ? failure : null,
  } as never;
}

const failuresAfter = (...outcomes: RoundRecord['outcome'][]) =>
  outcomes.map((outcome, i) => round(i + 1, outcome)).reduce(countFailures, null);

describe('rounds that fail in a row', () => {
  it.each([
    { endedBy: 'operator' },
    { endedBy: 'watch' },
    // As versions before have written it.
    { byOperator: true },
  ])('are not those that were ended on purpose: %o', ended => {
    const aborted = {
      ...round(2, 'failed'),
      failure: { during: 'updates', reason: '', ...ended },
    } as never;
    expect(countFailures(null, aborted)).toBeNull();
    const before = failuresAfter('failed');
    expect(countFailures(before, aborted)).toBe(before);
  });

  it('are counted since the last one that was published, from the end of the first', () => {
    expect(failuresAfter('failed', 'published')).toBeNull();
    expect(failuresAfter('failed', 'published', 'failed', 'failed')).toEqual({
      count: 2,
      since: 3_000,
      last: { number: 4, reason: 'Reason 4.' },
    });
  });

  it('are found from the given number on, with the last reason and its page', () => {
    const failures = failuresAfter('failed', 'failed', 'failed');
    expect(roundsFailing(task, failures, 4)).toBeNull();
    expect(roundsFailing(task, failures, 3)).toMatchObject({
      severity: 'critical',
      summary: 'The last 3 rounds of line failed; round 3: Reason 3.',
      page: '/#/fleet/rounds/line/3',
      since: 1_000,
    });
    expect(roundsFailing(task, failuresAfter('failed'), 1)?.summary).toMatch(/^The last round of/);
  });
});

describe('a figure that falls', () => {
  const top3: FigureSettings = { figure: 'top3', margin: 0.02 };

  function version(number: number, value: number | null, parent: number | null = number - 1): ModelVersion {
    return {
      model: `v${number}`,
      parent: parent === null ? null : `v${parent}`,
      number,
      metrics: value === null ? null : { top3: value },
      createdAt: number * 1_000,
    } as never;
  }
  const follow = (settings: FigureSettings, ...versions: ModelVersion[]): FigureTrend =>
    versions.reduce((course, each) => followFigure(course, each, settings), noFigures);
  const found = (course: FigureTrend, base: string, settings = top3) =>
    figureFell(task, course, base as never, settings);

  it('by the margin is none yet, however the digits round', () => {
    expect(found(follow(top3, version(0, 0.3, null), version(1, 0.28)), 'v1')).toBeNull();
  });

  it('by more is found, with both figures, and a page that compares the two versions', () => {
    expect(found(follow(top3, version(0, 0.3, null), version(1, 0.2799)), 'v1')).toMatchObject({
      rule: 'figure-fell',
      summary: 'top3 of line went from 0.3 in version 0 to 0.2799 in version 1; the margin is 0.02.',
      page: '/#/model/compare/line/0/1',
      since: 1_000,
    });
  });

  it('lasts until a version is as good as the one before the fall, less the margin', () => {
    const fallen = [version(0, 0.3, null), version(1, 0.2), version(2, 0.27)];
    expect(found(follow(top3, ...fallen), 'v2')).toMatchObject({
      page: '/#/model/compare/line/0/2',
      since: 1_000,
    });
    expect(found(follow(top3, ...fallen, version(3, 0.285)), 'v3')).toBeNull();
  });

  it('is over once somebody has rolled back, and the next version is compared with that one', () => {
    const course = follow(top3, version(0, 0.3, null), version(1, 0.2));
    expect(found(course, 'v0')).toBeNull();
    expect(found(followFigure(course, version(2, 0.29, 0), top3), 'v2')).toBeNull();
    expect(found(followFigure(course, version(2, 0.25, 0), top3), 'v2')).toMatchObject({ since: 2_000 });
  });

  it('is one that rises where lower is better', () => {
    const loss: FigureSettings = { figure: 'loss', margin: 0 };
    const versions = [1, 2].map(number => ({ ...version(number, null), metrics: { loss: number } }));
    expect(found(follow(loss, ...versions), 'v2', loss)).not.toBeNull();
    expect(
      found(follow(loss, versions[1]!, { ...versions[0]!, parent: 'v2' as never }), 'v1', loss),
    ).toBeNull();
  });

  it('needs the figure of both versions', () => {
    expect(found(follow(top3, version(0, null, null), version(1, 0.1)), 'v1')).toBeNull();
    expect(found(follow(top3, version(0, 0.3, null), version(1, null)), 'v1')).toBeNull();
  });

  it('remembers a bounded number of versions', () => {
    const many = Array.from({ length: 80 }, (_, i) => version(i, 0.5));
    expect(follow(top3, ...many).recent.size).toBe(50);
  });
});

describe('a task without eligible devices', () => {
  it('is found after the limit, or after two intervals between its rounds', () => {
    expect(noEligibleDevices(facts, anHour, anHour - 1)).toBeNull();
    expect(noEligibleDevices(facts, anHour, anHour)?.summary).toBe(
      'No device that could take part in line was there for an hour; 0 of 0 enrolled devices are connected.',
    );
    expect(noEligibleDevices({ ...facts, interval: anHour }, anHour, 2 * anHour - 1)).toBeNull();
    expect(noEligibleDevices({ ...facts, interval: anHour }, anHour, 2 * anHour)).not.toBeNull();
  });

  it('is advised by what is missing', () => {
    const advice = (connected: number, enrolled: number) =>
      noEligibleDevices({ ...facts, connected, enrolled }, anHour, anHour)!.advice;
    expect(advice(0, 0)).toContain('enrolment token');
    expect(advice(0, 5)).toContain('reach this coordinator');
    expect(advice(2, 5)).toContain('eligibility');
  });
});

describe('a disk that fills', () => {
  const size = 1_000e9;
  const step = 300_000;
  const follow = (free: readonly number[], from: DiskTrend = unseenDisk) =>
    free.reduce(
      (course, each) =>
        followDisk(course, { time: (course.samples.at(-1)?.time ?? 0) + step, free: each, size }),
      from,
    );

  it('is found at the second look in a row below the share, since the first', () => {
    expect(diskFilling(follow([500e9, 99e9]))).toBeNull();
    expect(diskFilling(follow([99e9, 500e9, 99e9]))).toBeNull();
    expect(diskFilling(follow([500e9, 99e9, 98e9]))).toMatchObject({
      severity: 'critical',
      task: null,
      summary: 'The disk of the storage folder has 98 GB, 9.8 %, left.',
      since: 2 * step,
    });
  });

  it('lasts until there is a tenth more than the share', () => {
    const low = follow([99e9, 99e9]);
    expect(diskFilling(follow([105e9], low))).not.toBeNull();
    expect(diskFilling(follow([111e9], low))).toBeNull();
  });

  it('is found by its pace over some hours, and by no shorter one', () => {
    const filling = Array.from({ length: 40 }, (_, i) => 500e9 - i * 2e9);
    expect(diskFilling(follow(filling.slice(0, 36)))).toBeNull();
    const course = follow(filling);
    // 422 GB at 2 GB in 5 minutes.
    expect(course.fullAt! - course.samples.at(-1)!.time).toBeCloseTo((422 / 2) * step, -3);
    expect(diskFilling(course)?.summary).toContain('full in 17.6 hours');
    const steady = Array.from({ length: 40 }, (_, i) => 500e9 + (i % 2) * 1e9);
    expect(diskFilling(follow(steady))).toBeNull();
  });

  it('remembers hours, not days', () => {
    expect(follow(Array.from({ length: 300 }, () => 500e9)).samples).toHaveLength(72);
  });
});

describe('rounds of which many fail', () => {
  const after = (pattern: string) =>
    [...pattern]
      .map((each, i) => round(i + 1, each === 'f' ? 'failed' : 'published'))
      .reduce(followOutcome, []);
  const spoiler = { device: 'd'.repeat(22) as never, token: 'shop' };

  it('are a quarter of the last 20, though none fail in a row', () => {
    expect(manyFailures(task, after('fppfppfppfppp'), [])).toBeNull();
    expect(manyFailures(task, after('fppfppfppfppfp'), [])).toMatchObject({
      rule: 'rounds-failing',
      summary: '5 of the last 14 rounds of line failed; round 13: Reason 13.',
    });
    expect(manyFailures(task, after(`fffff${'p'.repeat(16)}`), [])).toBeNull();
  });

  it('name the devices that failed sums have in common, with their token', () => {
    const summary = `Sums that could not be opened have in common: ${spoiler.device} (enrolled with "shop").`;
    expect(manyFailures(task, after('fpfpfpfpf'), [spoiler])?.summary).toContain(summary);
    const failures = failuresAfter('failed', 'failed', 'failed');
    expect(roundsFailing(task, failures, 3, [spoiler])?.summary).toContain(summary);
  });

  it('and those that wait for one device name it', () => {
    expect(roundsDelayed(task, [], 1)).toBeNull();
    expect(roundsDelayed(task, [{ ...spoiler, token: undefined }], 1)).toMatchObject({
      rule: 'rounds-delayed',
      summary: `One device keeps rounds of line waiting again and again: ${spoiler.device}.`,
    });
  });
});

describe('the rules together', () => {
  const failures = failuresAfter('failed', 'failed', 'failed');

  it('find nothing of a paused task', () => {
    const settings = alertsSchema.parse(undefined);
    const broken = { ...facts, figures: [noFigures, noFigures], failures };
    const keys = (isPaused: boolean) =>
      findingsOf([{ ...broken, isPaused }], unseenDisk, [], settings, anHour).map(({ key }) => key);
    expect(keys(false)).toEqual(['rounds-failing:line', 'no-eligible-devices:line']);
    expect(keys(true)).toEqual([]);
  });

  it('find nothing where they are switched off', () => {
    const off = alertsSchema.parse({
      roundsFailing: null,
      figuresFell: [],
      noEligibleDevices: null,
      manyEnrolments: null,
    });
    const crowd = [{ from: anHour, devices: 9_999 }];
    expect(findingsOf([{ ...facts, failures }], unseenDisk, crowd, off, anHour)).toEqual([]);
  });
});

it.each([
  [500, '0.5 seconds'],
  [90_000, '1.5 minutes'],
  [anHour, 'an hour'],
  [24 * anHour, 'a day'],
])('%i ms in words are %s', (ms, words) => {
  expect(inWords(ms)).toBe(words);
});

it('names devices that an upgrade has left behind, or ahead', () => {
  expect(outdatedDevices({ protocol: 1, devices: 3, since: 7 })).toMatchObject({
    summary: expect.stringMatching(/^3 devices speak protocol 1, and this coordinator \d+: /),
    advice: expect.stringContaining('Publish the app'),
    since: 7,
  });
  expect(outdatedDevices({ protocol: 60_000, devices: 1, since: 7 })).toMatchObject({
    summary: expect.stringMatching(/^1 device speaks protocol 60000, /),
    advice: expect.stringContaining('Upgrade this coordinator'),
  });
});
