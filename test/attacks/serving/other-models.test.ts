import type { NewExperiment } from '@murmuration/api/experiment';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintInferenceToken, type Right } from '@murmuration/serving/access/tokens';
import { coordinatorModels } from '@murmuration/serving/source/coordinator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrpcClient } from '../../unit/serving/server/grpc-client.ts';
import { type Target, targets } from '../network/target.ts';
import { askAs, operatorTokens, textOf } from '../operators.ts';

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const openTarget = targets(close => cleanUp.push(close));

function tokenFor(models: readonly string[] | null, ...rights: Right[]) {
  const { text, ...listed } = mintInferenceToken(systemRandom, native);
  return { text, listed: { ...listed, name: 'test', rights, models } };
}
/** Whoever holds it serves a model of their own; the coordinator's is `line`. */
const own = tokenFor(['own'], 'predict', 'manage', 'feedback', 'monitor');
const all = tokenFor(null, 'predict', 'manage', 'feedback', 'monitor');

let target: Target;
/** Of an experiment on `line`. */
let experiment: string;
beforeEach(async () => {
  const tokens = [own.listed, all.listed];
  target = await openTarget({ operatorTokens, inference: { tokens, grpc: { port: 0 } } });
  const arms = [
    { name: 'control', version: 0 },
    { name: 'other', version: 0 },
  ];
  const body: NewExperiment = { name: 'first', kind: 'ab', arms };
  const begun = await askAs('operator', target.url, '/tasks/line/experiments', { method: 'POST', body });
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const source = await coordinatorModels(target.url, undefined, undefined, all.text);
  cleanUp.push(() => source.close());
  experiment = source.experiments('line')[0]!.id;
});

const post = async (path: string, body: object, text = own.text) => {
  const headers = { authorization: `Bearer ${text}` };
  const response = await fetch(target.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return [response.status, (await response.json()).error] as const;
};
const tell = (window: object, text?: string) =>
  post('/v1/monitor/windows', { ...empty, number: 1, ...window }, text);

const empty = { replica: 'a'.repeat(32), requests: [], predictions: [] };
const unit = 'b'.repeat(16);
const requests = (model: string) => [{ model, version: '0', count: 7 }];
const prediction = (id: string, model: string, more: object = {}) => ({
  ...{ id, at: systemClock.now(), model, version: '0', ...more },
  rows: [{ kind: 'class', guesses: [1, 0] }],
});
const features = (model: string) => ({
  ...{ model, version: '0', requests: 1 },
  columns: { x: { role: 'feature', cells: [1] } },
});
const arm = () => ({
  ...{ experiment, arm: 'other', requests: 9, failures: 9, agreed: 0, dropped: 0 },
  units: [{ unit, failed: true, ms: 1 }],
});

/** What the coordinator has counted of both models, and of the experiment. */
async function counted() {
  const headers = { authorization: `Bearer ${textOf('admin')}` };
  const figures = await (await fetch(`${target.url}/metrics`, { headers })).text();
  const predictions = figures.match(/^murmuration_model_predictions\{.*$/gm) ?? [];
  const { body } = await askAs('admin', target.url, '/tasks/line/experiments');
  return [...predictions, ...body.experiments[0].arms.map(({ units }: { units: number }) => units)];
}

describe('whoever holds a token for another model', () => {
  it('has no window counted that speaks of this one, nor any part of it', async () => {
    const ofOther = 'This is about the model line; the token is only for own.';
    const ofExperiment = () =>
      `This is about the experiment ${experiment} of another model; the token is only for own.`;
    const variant = { experiment, arm: 'other', unit };
    for (const [window, said] of [
      [{ requests: requests('line') }, ofOther],
      [{ requests: [...requests('own'), ...requests('line')] }, ofOther],
      [{ requests: requests('own'), predictions: [prediction('p', 'line')] }, ofOther],
      [{ requests: requests('own'), features: [features('own'), features('line')] }, ofOther],
      [{ requests: requests('own'), arms: [arm()] }, ofExperiment()],
      [{ requests: requests('own'), predictions: [prediction('p', 'own', { variant })] }, ofExperiment()],
    ] as const)
      expect([window, ...(await tell(window))]).toEqual([window, 403, said]);
    expect(await counted()).toEqual([0, 0]);
    expect((await post('/v1/feedback', { id: 'p', outcome: 1 }, all.text))[0]).toBe(404);

    // The number of a window that was refused is still to be used.
    expect((await tell({ requests: requests('own') }))[0]).toBe(200);
    expect(await counted()).toEqual(['murmuration_model_predictions{model="own",version="0"} 7', 0, 0]);
    const honest = { replica: 'c'.repeat(32), requests: requests('line'), arms: [arm()] };
    expect((await tell(honest, all.text))[0]).toBe(200);
    expect(await counted()).toEqual([
      'murmuration_model_predictions{model="own",version="0"} 7',
      'murmuration_model_predictions{model="line",version="0"} 7',
      0,
      1,
    ]);
  });

  it('judges none of its predictions, and does not learn that they are there', async () => {
    await tell({ predictions: [prediction('p', 'line'), prediction('q', 'own')] }, all.text);
    const judge = (id: string, more: object = {}, text = own.text) =>
      post('/v1/feedback', { id, outcome: 0, ...more }, text);
    const [status, said] = await judge('p');
    expect([status, said]).toEqual([404, (await judge('n'))[1].replace('"n"', '"p"')]);
    expect(said).toMatch(/the token is not for\.$/);
    // A replica may pass on for whom it asks: that takes away, and gives nothing.
    expect((await judge('p', { models: ['line'] }))[0]).toBe(404);
    expect((await judge('q', { models: ['line'] }))[0]).toBe(404);
    expect((await judge('p', { models: ['own'] }, all.text))[0]).toBe(404);
    expect((await judge('q', { models: ['own', 'line'] }))[0]).toBe(200);
    expect((await judge('p', {}, all.text))[0]).toBe(200);
  });

  it('neither asks nor unloads it, over HTTP or gRPC', async () => {
    const inputs = [{ name: 'x', shape: [1, 1], datatype: 'FP32', data: [1] }];
    for (const [path, body] of [
      ['/v2/models/line/infer', { inputs }],
      ['/v1/models/line:predict', { instances: [[1]] }],
      ['/invocations?model=line', { inputs: [[1]] }],
      ['/v2/repository/models/line/unload', {}],
    ] as const)
      expect([path, (await post(path, body))[0]]).toEqual([path, 403]);
    const client = new GrpcClient(target.coordinator.grpc!);
    cleanUp.push(() => client.close());
    const request = { model_name: 'line', inputs: [{ ...inputs[0], contents: { fp32_contents: [1] } }] };
    const as = ({ text }: { readonly text: string }) => ({ token: text });
    // A name that its headers say for it changes nothing.
    const more = { ...as(own), metadata: { models: 'line', holder: all.listed.id } };
    expect(await client.refused('ModelInfer', request, more)).toMatch(/^PERMISSION_DENIED /);
    expect(await client.refused('RepositoryModelUnload', { model_name: 'line' }, as(own))).toMatch(
      /^PERMISSION_DENIED /,
    );
    expect(await client.refused('ModelMetadata', { name: 'line' }, as(all))).toBe('answered');
  });

  it('is told nothing of its experiments', async () => {
    for (const [path, text, isTold] of [
      ['/v1/tasks', own.text, false],
      ['/v1/tasks/line', own.text, false],
      ['/v1/tasks/line', all.text, true],
    ] as const) {
      const headers = { authorization: `Bearer ${text}` };
      const said = await (await fetch(target.url + path, { headers })).text();
      expect([path, said.includes(experiment)]).toEqual([path, isTold]);
    }
  });
});
