import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExperimentMessage, NewExperiment } from '@murmuration/api/experiment';
import { murmuration } from '@murmuration/cli/program';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { type ServedModels, serveModels } from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { coordinatorModels } from '@murmuration/serving/source/coordinator';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { enrolmentToken } from './line.ts';
import { commitWeight, weightedLine } from './weighted-line.ts';

const { text: operator, proof } = mintToken('operator', systemRandom, native);
const { text: token, ...listed } = mintInferenceToken(systemRandom, native);

let storage: Stores;
let coordinator: Coordinator;
let replica: ServedModels;

async function start(): Promise<Coordinator> {
  const config = parseConfig({
    port: 0,
    log: 'silent',
    enrolmentTokens: [enrolmentToken],
    operatorTokens: [{ id: proof.id, name: 'Ada', role: 'operator', sha256: hex(proof.digest) }],
    inference: { tokens: [{ ...listed, name: 'test', rights: ['predict', 'feedback', 'monitor'] }] },
  });
  return createCoordinator(config, [weightedLine()], { clock: systemClock, random: systemRandom, storage });
}

beforeAll(async () => {
  storage = await openStorage(undefined, systemClock);
  coordinator = await start();
  await coordinator.stop();
  for (const weight of [1, 2, 3]) await commitWeight(storage, weight);
  coordinator = await start();
  replica = await serveModels({
    source: await coordinatorModels(coordinator.url, systemClock, undefined, token),
    settings: inferenceSchema.parse({ report: { url: coordinator.url, token } }),
    port: 0,
    clock: systemClock,
    primitives: native,
  });
});

afterAll(async () => {
  await replica?.close();
  await coordinator?.stop();
  await storage?.close();
});

async function administer<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${coordinator.url}/v1/admin/tasks/line/${path}`, {
    method,
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Body;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

async function infer(url: string, key: string, id?: string) {
  const response = await fetch(`${url}/v2/models/line/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'x-murmuration-key': key, 'x-murmuration-covariate': '0.5' },
    body: JSON.stringify({
      ...(id !== undefined && { id }),
      inputs: [{ name: 'dense_input', datatype: 'FP32', shape: [1, 1], data: [1] }].map(input => ({
        ...input,
        name: inputName,
      })),
    }),
  });
  const answer = (await response.json()) as {
    model_version: string;
    outputs: { data: number[] }[];
    error?: string;
  };
  if (!response.ok) throw new Error(answer.error);
  return { version: answer.model_version, value: answer.outputs[0]?.data[0] };
}

let inputName = 'x';
const people = Array.from({ length: 30 }, (_, at) => `person ${at}`);

/** How an experiment stands, once it is as it should be. */
async function until(
  name: string,
  isThere: (experiment: ExperimentMessage) => boolean,
): Promise<ExperimentMessage> {
  let found: ExperimentMessage | undefined;
  await expect
    .poll(
      async () => {
        found = await administer<ExperimentMessage>('GET', `experiments/${name}`);
        return isThere(found);
      },
      { interval: 100 },
    )
    .toBe(true);
  return found!;
}

/** What a command prints. */
async function printed(...args: readonly string[]): Promise<string> {
  let text = '';
  vi.stubEnv('MURMURATION_TOKEN', operator);
  vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    text += chunk;
    return true;
  });
  try {
    await (await murmuration()).parseAsync(['experiments', ...args, '--url', coordinator.url], {
      from: 'user',
    });
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
  return text;
}

it('gives each person one version, in the coordinator and in a replica, and tells which did better', async () => {
  const { inputs } = (await (
    await fetch(`${coordinator.url}/v2/models/line`, { headers: { authorization: `Bearer ${token}` } })
  ).json()) as { inputs: { name: string }[] };
  inputName = inputs[0]!.name;
  expect((await infer(replica.url, 'Ada')).version).toBe('3');
  const terms: NewExperiment = {
    name: 'smaller',
    kind: 'ab',
    metric: 'error',
    arms: [
      { name: 'one', version: 1 },
      { name: 'two', version: 2 },
    ],
  };
  await administer('POST', 'experiments', terms);
  const versions = new Map<string, string>();
  for (const person of people) {
    const { version, value } = await infer(coordinator.url, person, `mail ${person}`);
    expect(['1', '2']).toContain(version);
    expect(value).toBe(Number(version));
    versions.set(person, version);
  }
  expect(new Set(versions.values()).size).toBe(2);
  // The replica hears of it within a second.
  await expect
    .poll(async () => (await infer(replica.url, 'person 0')).version, { interval: 100 })
    .toBe(versions.get('person 0'));
  for (const person of people) expect((await infer(replica.url, person)).version).toBe(versions.get(person));
  // Two is right.
  for (const person of people)
    await fetch(`${replica.url}/v1/feedback`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ id: `mail ${person}`, outcome: 2 }),
    });
  const told = await until('smaller', ({ arms }) => arms.every(arm => arm.outcomes === arm.units));
  expect(told.arms.map(({ units }) => units).reduce((sum, units) => sum + units)).toBe(people.length);
  expect(told.arms.map(({ accuracy }) => accuracy)).toEqual([1, 0]);
  const ended = await administer<ExperimentMessage>('POST', 'experiments/smaller/promote', { arm: 'two' });
  expect(ended.outcome).toBe('promoted');
  for (const person of people.slice(0, 5))
    expect(await infer(coordinator.url, person)).toEqual({ version: '2', value: 2 });
});

it('takes what was known before out of the difference, from the coordinator and from a replica', async () => {
  await administer('POST', 'experiments', {
    name: 'covered',
    kind: 'ab',
    metric: 'failures',
    guards: [],
    arms: [
      { name: 'one', version: 1 },
      { name: 'two', version: 2 },
    ],
    covariate: {},
  } satisfies NewExperiment);
  const shownToReplicas = { headers: { authorization: `Bearer ${token}` } };
  const { tasks } = (await (await fetch(`${coordinator.url}/v1/tasks`, shownToReplicas)).json()) as {
    tasks: { experiments: { id: string; covariate?: object }[] }[];
  };
  const [{ id: experiment, covariate }] = tasks[0]!.experiments as [{ id: string; covariate?: object }];
  expect(covariate).toEqual({ in: 'header', name: 'x-murmuration-covariate' });
  // Each request goes to the replica, until it has heard of the experiment and has told what came with it.
  await expect
    .poll(
      async () => {
        await infer(replica.url, 'person 0');
        return (await administer<ExperimentMessage>('GET', 'experiments/covered')).covariate?.known;
      },
      { interval: 100 },
    )
    .toBe(1);
  // Another replica has seen a hundred keys of each arm: what failed, had failed before.
  const arms = ['one', 'two'].map((arm, at) => ({
    ...{ experiment, arm, requests: 100, failures: 0, agreed: 0, dropped: 0 },
    units: Array.from({ length: 100 }, (_, each) => ({
      unit: `${1_000 * (at + 1) + each}`.padStart(16, '0'),
      failed: each % 2 === 0,
      ms: 1,
      covariate: (each % 2 === 0 ? 1 : 0) + (each % 3) / 10,
    })),
  }));
  const answer = await fetch(`${coordinator.url}/v1/monitor/windows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ replica: 'a'.repeat(32), number: 1, requests: [], predictions: [], arms }),
  });
  expect(answer.status, await answer.text()).toBe(200);
  const told = await until('covered', ({ covariate }) => (covariate?.known ?? 0) > 200);
  expect(told.covariate!.removed).toBeGreaterThan(0.9);
  const shown = await printed('show', 'line/covered');
  expect(shown).toMatch(
    /^p at any look .*\nfixed p .*\nbest .*\nloss .*\nwithout covariate .*\nat any look /m,
  );
  expect(shown).toMatch(
    /^The covariate, the header x-murmuration-covariate, is known of 201 units and takes [\d.]+ % of the variance out of differences\.$/m,
  );
  const bad = fetch(`${replica.url}/v2/models/line/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'x-murmuration-covariate': 'many' },
    body: JSON.stringify({ inputs: [{ name: inputName, datatype: 'FP32', shape: [1, 1], data: [1] }] }),
  });
  expect((await bad).status).toBe(400);
  await administer('POST', 'experiments/covered/stop', {});
});

it('mirrors requests to a version that answers nobody', async () => {
  await administer('POST', 'experiments', {
    name: 'shadow',
    kind: 'mirror',
    arms: [{ name: 'three', version: 3 }],
  } satisfies NewExperiment);
  for (const person of people.slice(0, 5)) expect((await infer(coordinator.url, person)).version).toBe('2');
  const { arms, verdict } = await until('shadow', each => (each.arms[0]?.requests ?? 0) >= 5);
  expect(arms[0]).toMatchObject({ requests: 5, failures: 0, agreed: 0, dropped: 0 });
  expect(verdict).toBe('The same answer in 0 % of 5 requests, 0 failures.');
  await administer('POST', 'experiments/shadow/stop', {});
});

it('refuses a split that it could not keep to', async () => {
  const bad = administer('POST', 'experiments', {
    name: 'bad',
    kind: 'ab',
    arms: [{ name: 'a', version: 1 }],
  });
  await expect(bad).rejects.toThrow(/two arms at least/);
  await expect(administer('POST', 'experiments', { name: 'Bad' })).rejects.toThrow(/request.invalid/);
});

it('is begun, shown and ended from the command line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'experiment-'));
  try {
    const file = join(folder, 'ramp.json');
    const terms: NewExperiment = {
      name: 'ramp',
      kind: 'canary',
      arms: [{ name: 'fresh', version: 3 }],
      steps: [{ share: 0.1, for: 3_600_000 }],
    };
    await writeFile(file, JSON.stringify(terms));
    expect(await printed('start', 'line', file)).toBe('The experiment ramp of line runs.\n');
    const shown = await printed('show', 'line/ramp');
    expect(shown).toContain('ramp: canary, running\nToo little is known yet.');
    expect(shown).toMatch(/^arm +champion +fresh\nversion +2 +3\nshare +0\.9 +0\.1$/m);
    expect(shown).toContain('Ends where an arm is worse than the control by more than 0.01 in failures.');
    expect(shown).toMatch(/Step 1 of 1: 10 % of the keys until \S+Z\./);
    // The value of each arm and its difference, with intervals at any look.
    const measured = await printed('show', 'line/smaller');
    expect(measured).toMatch(/^\d+ of \d+ planned units\.$/m);
    const number = String.raw`-?[\d.e-]+`;
    const range = `(?:${number}|−∞) to (?:${number}|∞)`;
    expect(measured).toMatch(new RegExp(`^at any look +${range} +${range}(?: +${range})*$`, 'm'));
    expect(measured).toMatch(new RegExp(`^difference +– +${number}`, 'm'));
    expect(await printed('show', 'line/shadow')).toMatch(/same answer\s+dropped/);
    expect(JSON.parse(await printed('show', 'line/ramp', '--json'))).toMatchObject({
      step: { number: 1, of: 1, share: 0.1 },
    });
    expect(await printed('stop', 'line/ramp')).toBe('The experiment ramp of line is over.\n');
    const all = await printed('list', 'line');
    for (const name of ['ramp', 'shadow', 'smaller']) expect(all).toContain(name);
    await writeFile(file, '{"name": 1}');
    await expect(printed('start', 'line', file)).rejects.toThrow(/ramp\.json: name/);
    await expect(printed('stop', 'line')).rejects.toThrow(/TASK\/NAME/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
