import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';
import { retrainOf } from '../../lifecycle/retrain.ts';
import { type Federation, type FederationOptions, openFederation } from '../../server/federation.ts';

const minute = 60_000;
const query = defineQuery({ name: 'asked', kind: 'count', threshold: 3 } as QueryDefinition);

/** Rounds of ten seconds, for no device comes, every hour; a query that is asked by command alone. */
const hourly: Partial<TaskDefinition> = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
  cohort: { goal: 3, minimum: 3, overSelection: 1 },
  schedule: { every: '1 h' },
  queries: [query],
};

async function open({ task, ...options }: FederationOptions = {}): Promise<Federation> {
  return openFederation({ ...options, task: { ...hourly, ...task } as Partial<TaskDefinition> });
}

async function started(options?: FederationOptions, before?: (federation: Federation) => void) {
  const federation = await open(options);
  before?.(federation);
  await federation.rounds.start();
  await federation.clock.advance(0);
  return federation;
}

/** The second coordinator of a round that the first left behind at its beginning. */
async function resumed(): Promise<Federation> {
  const store = new MemoryRounds();
  const first = await started({ store });
  await first.rounds.suspend();
  const second = await open({ store, left: first.kept, seed: 2 });
  await second.rounds.resume(await store.underWay());
  return second;
}

/** A version that the coordinator makes itself, until the round is ended. */
const stage = {
  isWhole: true,
  makes: () => true,
  make: (_: unknown, signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};

const states = {
  new: () => open(),
  resumed,
  async 'resumed, and paused'() {
    const federation = await resumed();
    federation.rounds.pause();
    return federation;
  },
  paused: () => started({}, ({ rounds }) => rounds.pause()),
  'between runs': () => started({ task: { retrain: retrainOf() as never } }),
  spent: () =>
    started({}, ({ privacy }) => {
      privacy.next = () => Promise.reject(new MurmurationError('privacy.spent'));
    }),
  async waiting() {
    const federation = await started();
    await federation.clock.advance(minute);
    return federation;
  },
  async 'waiting for a query'() {
    const federation = await started({ task: { queries: [{ query, every: '20 min' }] } });
    await federation.clock.advance(minute);
    return federation;
  },
  running: () => started(),
  async 'running, and paused'() {
    const federation = await started();
    federation.rounds.pause();
    return federation;
  },
  making: () => started({ central: stage }),
  async stopping() {
    const federation = await started();
    void federation.rounds.suspend();
    return federation;
  },
  async 'stopping, and paused'() {
    const federation = await started();
    federation.rounds.pause();
    void federation.rounds.suspend();
    return federation;
  },
  async stopped() {
    const federation = await started();
    await federation.rounds.stop();
    return federation;
  },
};

const acts = {
  nothing: () => {},
  start: ({ rounds }) => rounds.start(),
  pause: ({ rounds }) => rounds.pause(),
  unpause: ({ rounds }) => rounds.unpause(),
  runChanged: ({ rounds }) => rounds.runChanged(),
  armsChanged: ({ rounds }) => rounds.armsChanged(),
  adjust: ({ rounds, task }) => rounds.adjust({ ...task, interval: 30 * minute }),
  beginNow: ({ rounds }) => rounds.beginNow(),
  ask: ({ rounds }) => rounds.ask('asked'),
  abort: ({ rounds }) => rounds.abort('Enough.', 'operator'),
  stop: ({ rounds }) => rounds.stop(),
} satisfies Record<string, (federation: Federation) => unknown>;

/** Tells what an act leads to within 100 minutes: what others hear, rounds with their minute, an error. */
async function follows(state: keyof typeof states, act: keyof typeof acts): Promise<string> {
  const federation = await states[state]();
  const { rounds, clock, events, checkIns } = federation;
  const from = clock.now();
  const seen: string[] = [];
  events.on('settings', () => seen.push('settings'));
  events.on('round-ended', ({ query = 'round', startedAt }) =>
    seen.push(`${query} ${Math.floor((startedAt - from) / minute)}`),
  );
  checkIns.recall = () => void seen.push('recall');
  const code = codeOfPromise((async () => void (await acts[act](federation)))());
  await clock.advance(100 * minute);
  if ((await code) !== 'nothing thrown') seen.push(await code);
  if (rounds.isUnderWay) seen.push('under way');
  events.removeAllListeners();
  await rounds.stop();
  expect(clock.pending).toBe(0);
  return seen.join(', ');
}

const queriesAndRound = 'asked 39, recall, asked 59, round 59, recall, asked 79, recall, asked 99';

/** Results of each act in each state; `otherwise` where it changes nothing. */
const table: Record<keyof typeof states, Partial<Record<keyof typeof acts | 'otherwise', string>>> = {
  new: {
    otherwise: '',
    start: 'round 0, round 60',
    adjust: 'settings',
    beginNow: 'server.stopping',
  },
  resumed: {
    otherwise: 'round 0',
    start: 'round 0, round 60',
    adjust: 'settings, round 0, settings',
    beginNow: 'round 0, server.stopping',
  },
  'resumed, and paused': {
    otherwise: 'round 0',
    adjust: 'settings, round 0, settings',
    beginNow: 'round 0, server.stopping',
  },
  paused: {
    otherwise: '',
    unpause: 'recall, round 0, round 60',
    runChanged: 'recall',
    adjust: 'settings, recall',
    beginNow: 'recall, round 0',
    ask: 'recall, asked 0',
  },
  'between runs': {
    otherwise: '',
    adjust: 'settings, recall',
    beginNow: 'round.closed',
    ask: 'recall, asked 0',
  },
  spent: {
    otherwise: '',
    adjust: 'settings, recall',
    beginNow: 'privacy.spent',
    ask: 'recall, asked 0',
  },
  waiting: {
    otherwise: 'round 59',
    pause: '',
    runChanged: 'recall, round 59',
    adjust: 'settings, recall, round 29, round 59, round 89',
    beginNow: 'recall, round 0, round 60',
    ask: 'recall, asked 0, round 59',
    stop: '',
  },
  'waiting for a query': {
    otherwise: `recall, asked 19, recall, ${queriesAndRound}`,
    pause: '',
    runChanged: `recall, recall, asked 19, recall, ${queriesAndRound}`,
    adjust:
      'settings, recall, recall, asked 19, round 29, recall, asked 39, recall, asked 59, round 59, recall, asked 79, round 89, recall, asked 99',
    beginNow:
      'recall, round 0, recall, asked 19, recall, asked 39, recall, asked 59, round 60, recall, asked 79, recall, asked 99',
    ask: 'recall, asked 0, recall, asked 20, recall, asked 40, round 59, recall, asked 60, recall, asked 80, recall, under way',
    stop: '',
  },
  running: {
    otherwise: 'round 0, round 60',
    pause: 'round 0',
    runChanged: 'recall, round 0, round 60',
    adjust: 'settings, round 0, settings, recall, round 30, round 60, round 90',
    beginNow: 'round 0, round 60, round.under-way',
    ask: 'round 0, recall, asked 0, round 60',
    stop: 'round 0',
  },
  'running, and paused': {
    otherwise: 'round 0',
    unpause: 'recall, round 0, round 60',
    runChanged: 'recall, round 0',
    adjust: 'settings, round 0, settings, recall',
    beginNow: 'round 0, round.under-way',
    ask: 'round 0, recall, asked 0',
  },
  making: {
    otherwise: 'under way',
    runChanged: 'recall, under way',
    adjust: 'settings, under way',
    beginNow: 'round.under-way, under way',
    abort: 'round 0, under way',
  },
  stopping: {
    otherwise: 'under way',
    start: 'server.stopping, under way',
    adjust: 'settings, under way',
    beginNow: 'server.stopping, under way',
    ask: 'server.stopping, under way',
  },
  'stopping, and paused': {
    otherwise: 'under way',
    start: 'server.stopping, under way',
    unpause: 'recall, under way',
    adjust: 'settings, under way',
    beginNow: 'server.stopping, under way',
    ask: 'server.stopping, under way',
  },
  stopped: {
    otherwise: '',
    start: 'server.stopping',
    adjust: 'settings, recall',
    beginNow: 'server.stopping',
    ask: 'server.stopping',
  },
};

describe.each(Object.entries(table))('rounds that are %s', (state, does) => {
  it.each(Object.keys(acts) as (keyof typeof acts)[])('after %s', async act => {
    expect(await follows(state as keyof typeof states, act)).toBe(does[act] ?? does.otherwise);
  });
});
