import { type Alerts, acknowledge, alerts, silence, webhookTest } from '@murmuration/api/alert';
import {
  type CheckIns,
  checkIns,
  type Online,
  online,
  type PopulationMessage,
  population,
} from '@murmuration/api/device';
import { changed, subjects } from '@murmuration/api/live';
import { type LiveRound, liveRound, overview, type TaskOverview } from '@murmuration/api/overview';
import { type RoundDetail, type Rounds, roundDetail, rounds, roundsQuery } from '@murmuration/api/round';
import { hoursQuery, type Masking, masking, type Refusals, refusals } from '@murmuration/api/security';
import { type OperatorSession, session, signIn } from '@murmuration/api/session';
import {
  changeSettings,
  type FieldProblem,
  fieldProblem,
  type SettingsChanged,
  settingsChanged,
  taskSettings,
} from '@murmuration/api/settings';
import {
  aliasName,
  type FigureColumns,
  figures,
  rollback,
  serving,
  setAlias,
  type TaskServing,
  type Versions,
  versions,
} from '@murmuration/api/version';
import { expect, it } from 'vitest';

const at = '2026-01-02T03:04:05.678Z';
const model = 'a'.repeat(64);
const round = 'A'.repeat(22);
const tally = { cohort: 52, accepted: 42, rejected: 1, late: 4, lost: 5 };

const gathering: LiveRound = {
  round,
  number: 7,
  planVersion: 1,
  base: model,
  startedAt: at,
  query: null,
  phase: 'gathering',
  deadline: at,
  quorum: { accepted: 3, goal: 52, minimum: 25 },
  cohort: { size: 52, waiting: 3, working: 0, done: 0, lost: 0, late: 0 },
  unmasked: null,
  parts: null,
  phases: [
    {
      phase: 'gathering',
      startedAt: at,
      endedAt: null,
      deadline: at,
      goal: 52,
      minimum: 25,
      accepted: 3,
      rejected: 0,
      late: 0,
      lost: 0,
    },
  ],
};

const alert: Alerts['firing'][number] = {
  id: round,
  rule: 'rounds-failing',
  severity: 'critical',
  task: 'keyboard',
  summary: 'The last 3 rounds of keyboard failed.',
  advice: 'Look at what the rounds say of it.',
  page: '/#/fleet/rounds/keyboard',
  since: at,
  resolvedAt: null,
  acknowledged: null,
  silencedUntil: null,
};

const devices: Online = {
  connected: 3,
  eligible: 2,
  enrolled: 10,
  clients: [{ platform: 'browser', sdk: '0.1.0', connected: 3, eligible: 2 }],
};

const task: TaskOverview = {
  task: 'keyboard',
  isPaused: false,
  planVersion: 1,
  isMasked: true,
  trainsHere: false,
  goal: 3,
  isAsynchronous: false,
  privacy: { epsilon: 4, spent: 1.5, steps: 6, rounds: 100 },
  round: gathering,
  last: { number: 6, outcome: 'failed', endedAt: at, reason: 'Too few devices.', query: null },
  nextRoundAt: null,
  waiting: 3,
  waitsFor: { what: 'check-ins', devices: 2, until: at },
  sentAway: { devices: 1, next: at },
  eligible: 2,
  champion: { number: 5, model, isPinned: true },
  newest: { number: 6, model, metrics: { loss: 1.5 } },
};

const past: RoundDetail = {
  round,
  task: 'keyboard',
  number: 6,
  planVersion: 1,
  outcome: 'published',
  startedAt: at,
  endedAt: at,
  base: model,
  model,
  failure: null,
  tally,
  metrics: { top1: 0.1 },
  query: null,
  run: 'r'.repeat(22),
  traffic: { up: 1, down: 2 },
  phases: gathering.phases,
  parts: [
    { devices: 8, contributors: 7, failure: null },
    { devices: 8, contributors: 0, failure: 'Too few came.' },
  ],
  groups: [
    { devices: 20, contributors: 19, norm: 0.5, distance: 0.1, failure: null },
    { devices: 20, contributors: 3, norm: null, distance: null, failure: 'Too few.' },
  ],
  errors: [{ code: 'update.wrong-length', count: 1 }],
  left: [{ code: 'training.failed', count: 4 }],
  version: { number: 6, model },
};
const { phases: _, parts: _____, groups: ____, errors: __, left: ______, version: ___, ...summary } = past;
const history: Rounds = { rounds: [summary], next: null, total: 1 };

const served: TaskServing = {
  champion: { number: 5, model, isPinned: true, since: at, by: 'ada' },
  isGated: false,
  base: { number: 5, model },
  aliases: [{ alias: 'champion', number: 5, model, since: at, by: 'ada' }],
};

const known: Versions = {
  versions: [
    {
      model,
      url: `/v1/models/${model}/model.json`,
      number: 6,
      createdAt: at,
      strategy: 'fedAvg',
      planVersion: 1,
      contributors: 42,
      words: 10_000,
      metrics: null,
      fromDevices: {
        round: 7,
        at,
        parts: [
          {
            slice: null,
            devices: 12,
            examples: 240,
            metrics: [{ metric: 'top1', mean: { value: 0.2, low: 0.1, high: 0.3 }, deviation: 0.1 }],
          },
        ],
      },
      parent: { model, number: null },
      round: { round, number: 6, startedAt: at, endedAt: at, tally },
      run: null,
      verdicts: { kept: 3, refused: 0 },
      privacy: null,
      ngrams: [120, 40],
      gate: {
        outcome: 'failed',
        reason: 'top1 went from 0.5 to 0.4.',
        against: 5,
        checks: [
          {
            rule: 'better',
            metric: 'top1',
            slice: null,
            champion: 0.5,
            challenger: 0.4,
            limit: 0,
            test: { kind: 'paired-bootstrap', units: 'examples', count: 100, interval: [-0.2, 0.01], p: 0.9 },
            passed: false,
            text: 'top1 went from 0.5 to 0.4.',
          },
        ],
        decidedAt: at,
        promotedAt: null,
        rolledBack: null,
        heldBy: null,
      },
      aliases: ['latest'],
    },
  ],
  next: null,
  serving: served,
};

const columns: FigureColumns = {
  versions: [0, 6],
  rounds: [null, 6],
  times: [at, at],
  figures: { top1: [null, 0.1] },
  fromDevices: { top1: [0.2, null] },
};

const applied: SettingsChanged = {
  task: {
    planVersion: 2,
    settings: {
      plan: {
        epochs: 1,
        batchSize: 16,
        learningRate: 0.5,
        proximal: 0,
        gradientClip: null,
        maxExamples: 500,
        sampledSoftmax: null,
        optimizer: 'adam',
        privateLayers: [],
      },
      update: { kind: 'ring', clip: 1, bits: 8, weighting: 'examples', weightCap: 32 },
      masking: 'off',
      cohort: { goal: 40, minimum: 25, overSelection: 1.3 },
      deadlines: {
        gathering: 30_000,
        messages: 1,
        updates: 1,
        grace: 1,
      },
      schedule: { every: 300_000 },
      eligibility: {
        minExamples: 1,
        needs: [],
        minSdk: '0.0.0',
      },
    },
    inForce: false,
    changedAt: at,
    changedBy: 'ada',
    weakened: [{ field: 'masking', from: 'on', to: 'off', means: 'the coordinator sees each update' }],
  },
  changes: [{ field: 'cohort.goal', from: 20, to: 40 }],
  weakens: [],
  applied: true,
};
const wrong: FieldProblem = { field: 'cohort.goal', message: 'expected a whole number' };

const masked: Masking = {
  planVersion: 1,
  masking: {
    threat: 'malicious',
    corrupt: 0.05,
    dropping: 0.1,
    securityBits: 80,
    failureBits: 20,
    graphs: [{ devices: 25, graph: 'complete', neighbours: 24, threshold: 17 }],
  },
  ring: { bits: 19, valueBits: 8, weightCap: 32 },
  cohort: { minimum: 25, goal: 40, largest: 52 },
  guarantees: ['No update can be read by itself.'],
};

const watched: Alerts = {
  firing: [alert],
  resolved: [],
  rules: [{ rule: 'disk-filling', condition: null }],
  webhooks: [{ host: 'hooks.example.org', deliveredAt: null, failure: 'HTTP 500' }],
};
const refused: Refusals = {
  since: at,
  codes: [{ code: 'round.closed', meaning: 'The round is over.', retryable: false, count: 2, lastAt: at }],
};
const asked: CheckIns = { hours: [{ hour: at, waiting: 1, later: 2, ineligible: 0 }] };
const everybody: PopulationMessage = {
  enrolled: 10,
  revoked: 0,
  convicted: 2,
  seenLastDay: 4,
  clients: [{ platform: '', sdk: '', devices: 10 }],
};
const who: OperatorSession = { id: 'A'.repeat(16), name: 'ada', role: 'admin', expiresAt: at };

it.each([
  ['session', session, who],
  ['sign in', signIn, { token: 'mmo_x' }],
  [
    'overview',
    overview,
    { time: at, isDevelopment: false, isEnrolmentOpen: false, tasks: [task], devices, alerts: [alert] },
  ],
  ['round under way', liveRound, gathering],
  ['devices that are online', online, devices],
  ['rounds', rounds, history],
  ['round', roundDetail, past],
  ['versions', versions, known],
  ['serving', serving, served],
  ['figures', figures, columns],
  ['alias', setAlias, { number: null }],
  ['roll back', rollback, {}],
  ['settings', taskSettings, applied.task],
  ['change of settings', changeSettings, { settings: { cohort: { goal: 40 } }, dryRun: true }],
  ['changed settings', settingsChanged, applied],
  ['wrong field', fieldProblem, wrong],
  ['masking', masking, masked],
  ['alerts', alerts, watched],
  ['refusals', refusals, refused],
  ['check-ins', checkIns, asked],
  ['population', population, everybody],
  ['change', changed, { subject: subjects[0], task: null }],
] as const)('%s: what is sent is what its schema says, and passes JSON unchanged', (_, schema, message) => {
  expect(schema.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
});

it('takes what an address says of pages and times, and refuses what makes no sense', () => {
  expect(roundsQuery.parse({ before: '7', since: at })).toEqual({ before: 7, since: at, limit: 50 });
  expect(hoursQuery.parse({})).toEqual({ hours: 168 });
  for (const bad of [
    { limit: '0' },
    { limit: '201' },
    { before: '-1' },
    { since: 'yesterday' },
    { outcome: 'late' },
  ])
    expect(roundsQuery.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  expect(hoursQuery.safeParse({ hours: '100000' }).success).toBe(false);
  for (const bad of ['', 'Champion', '1st', 'a'.repeat(33)])
    expect(aliasName.safeParse(bad).success, bad).toBe(false);
});

it('refuses texts that no database stores before they reach one', () => {
  const texts = (value: string) => [
    acknowledge.safeParse({ id: value }).success,
    silence.safeParse({ id: value, minutes: 5 }).success,
    webhookTest.safeParse({ host: value }).success,
  ];
  expect(texts('rounds-failing 🙂')).toEqual([true, true, true]);
  for (const bad of ['', 'a\0b', 'someb\ud800ody', '\udc00'])
    expect(texts(bad), JSON.stringify(bad)).toEqual([false, false, false]);
});
