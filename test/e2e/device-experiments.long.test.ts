import type { ExperimentMessage, NewExperiment } from '@murmuration/api/experiment';
import { murmuration } from '@murmuration/cli/program';
import { FederatedClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { serving, TableInference } from '../unit/client-sdk/hybrid/scene.ts';
import { enrolmentToken, lineOptions, lineTask } from './line.ts';
import { commitWeight, weightedLine } from './weighted-line.ts';

const { text: operator, proof } = mintToken('operator', systemRandom, native);
const name = 'line' as TaskName;
/** Enough that each arm has the four devices of a cohort: by one draw of ids in 30,000 it has not. */
const devices = 28;

const arms = defineQuery({
  name: 'taken-by-arm',
  kind: 'arm',
  outcomes: ['accepted', 'ignored'],
  threshold: 4,
  period: '1 d',
});

const task = () =>
  lineTask({
    model: weightedLine().model,
    masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: 4, minimum: 4, overSelection: 1 },
    deadlines: { gathering: '2 min', messages: '2 min', updates: '2 min' },
    queries: [{ query: arms, every: '1 d' }],
  } as Partial<TaskDefinition>);

let storage: Stores;
let coordinator: Coordinator;
const clients: FederatedClient[] = [];

async function start(): Promise<Coordinator> {
  const config = parseConfig({
    port: 0,
    log: 'silent',
    enrolmentTokens: [enrolmentToken],
    operatorTokens: [{ id: proof.id, name: 'Ada', role: 'operator', sha256: hex(proof.digest) }],
  });
  return createCoordinator(config, [task()], { clock: systemClock, random: systemRandom, storage });
}

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

const shown = () => administer<ExperimentMessage>('GET', 'experiments/on-devices');

async function printed(...args: readonly string[]): Promise<string> {
  let text = '';
  vi.stubEnv('MURMURATION_TOKEN', operator);
  vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    text += chunk;
    return true;
  });
  try {
    await (await murmuration()).parseAsync([...args, '--url', coordinator.url], { from: 'user' });
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
  return text;
}

beforeAll(async () => {
  storage = await openStorage(undefined, systemClock);
  coordinator = await start();
  await coordinator.stop();
  for (const weight of [1, 2]) await commitWeight(storage, weight);
  coordinator = await start();
  await coordinator.start();
});

afterAll(async () => {
  await Promise.all(clients.map(client => client.stop()));
  await coordinator?.stop();
  await storage?.close();
});

it('MD5 QY11: gives devices the versions of their arms, and learns from masked sums of one arm each which did better', async () => {
  const terms: NewExperiment = {
    name: 'on-devices',
    kind: 'ab',
    query: 'taken-by-arm',
    arms: [
      { name: 'control', version: 1 },
      { name: 'fresh', version: 2 },
    ],
  };
  await administer('POST', 'experiments', terms);
  const { models } = (await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json()) as {
    models: { model: string; number: number }[];
  };
  const errors: string[] = [];
  const served: (number | undefined)[] = [];
  for (let index = 0; index < devices; index++) {
    const options = lineOptions(coordinator.url, index);
    const line = {
      ...options.tasks.line!,
      hybrid: { serving, inference: new TableInference() },
      answers: { 'taken-by-arm': { kinds: ['arm' as const] } },
    };
    const client = new FederatedClient({ ...options, tasks: { line } });
    client.on('error', ({ message }) => errors.push(message));
    clients.push(client);
    const here = new Promise<string>(resolve => client.on('model', ({ model }) => resolve(model)));
    await client.start();
    const model = await here;
    served.push(models.find(each => each.model === model)?.number);
    const hybrid = client.hybrid('line');
    await expect.poll(async () => (await hybrid.predict([1], 'global')).model).toBe(model);
    // With the fresh version people take three of four predictions, with the other one of four.
    for (let each = 0; each < 4; each++) {
      const { id } = await hybrid.predict([1], 'global');
      const isTaken = served.at(-1) === 2 ? each > 0 : each === 0;
      await hybrid.feedback(id, isTaken ? 'accepted' : 'ignored');
    }
  }
  expect(new Set(served)).toEqual(new Set([1, 2]));
  expect(errors).toEqual([]);
  await expect
    .poll(async () => (await shown()).arms.reduce((sum, { units }) => sum + units, 0))
    .toBe(devices);
  // A round of each arm; the first of them may have come by itself.
  const rounds = async () => (await shown()).arms.reduce((sum, { answers }) => sum + answers!.rounds, 0);
  for (let before = await rounds(); before < 2; before = await rounds()) {
    await administer('POST', 'queries/taken-by-arm/run', {});
    await expect.poll(rounds).toBe(before + 1);
  }
  const said = await shown();
  expect(said.arms.map(({ outcomes, answers }) => [outcomes, answers])).toEqual([
    [4, { predictions: 16, good: 4, rounds: 1, lost: 0 }],
    [4, { predictions: 16, good: 12, rounds: 1, lost: 0 }],
  ]);
  expect(said.arms.map(({ accuracy }) => accuracy)).toEqual([0.25, 0.75]);
  expect(said.query).toBe('taken-by-arm');
  const results = await storage.queryResults.results(name, 'taken-by-arm', 1e9, 10);
  expect(results.map(({ devices: answered }) => answered)).toEqual([4, 4]);
  expect(await printed('experiments', 'show', 'line/on-devices')).toMatch(
    /\nanswered +4 +4\n[\s\S]*8 of 5000 planned devices\.\nFrom devices, by the query taken-by-arm: [\s\S]*Devices come, and answer, in all arms alike: p = 1\./,
  );
  expect(await printed('queries', 'show', 'line', 'taken-by-arm')).toMatch(/accepted +\d+ +16 +0\.[27]5/);
  expect(errors).toEqual([]);
});

it('asks no device about arms once the experiment is over', async () => {
  await administer('POST', 'experiments/on-devices/promote', { arm: 'fresh' });
  await expect(administer('POST', 'queries/taken-by-arm/run', {})).rejects.toThrow(/round\.closed/);
});
