import type { NewExperiment } from '@murmuration/api/experiment';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken, type Right } from '@murmuration/serving/access/tokens';
import { hashed } from '@murmuration/serving/experiments/assignment';
import type { ServedExperiment } from '@murmuration/serving/experiments/experiment';
import { coordinatorModels } from '@murmuration/serving/source/coordinator';
import { afterEach, describe, expect, it } from 'vitest';
import { type Target, targets } from '../network/target.ts';
import { askAs, operatorTokens, textOf } from '../operators.ts';

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const openTarget = targets(close => cleanUp.push(close));

function tokenWith(rights: readonly Right[], expiresAt: string | null = null) {
  const { text, ...listed } = mintInferenceToken(systemRandom, native);
  return { text, listed: { ...listed, name: 'test', rights, expiresAt } };
}
const replica = tokenWith(['monitor', 'read']);
const others = [
  tokenWith(['predict', 'read', 'feedback', 'manage']),
  tokenWith(['monitor', 'read'], '2020-01-01T00:00:00Z'),
];
const unlisted = tokenWith(['monitor']);
const tokens = [replica, ...others].map(({ listed }) => listed);

const arms = [
  { name: 'control', version: 0 },
  { name: 'other', version: 0 },
];

/** A coordinator on which two experiments of half a layer each run. */
async function open(): Promise<Target> {
  const target = await openTarget({ operatorTokens, inference: { tokens } });
  for (const name of ['first', 'second']) {
    const body: NewExperiment = { name, kind: 'ab', traffic: 0.5, arms };
    const begun = await askAs('operator', target.url, '/tasks/line/experiments', { method: 'POST', body });
    expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  }
  return target;
}

const show = (text?: string): RequestInit =>
  text === undefined ? {} : { headers: { authorization: `Bearer ${text}` } };

async function served({ url }: Target, path: string, text?: string) {
  const response = await fetch(url + path, show(text));
  return { text: await response.text(), headers: response.headers };
}

async function asReplica(target: Target): Promise<readonly ServedExperiment[]> {
  const source = await coordinatorModels(target.url, undefined, undefined, replica.text);
  cleanUp.push(() => source.close());
  return source.experiments('line');
}

describe('whoever would choose the arm of a key', () => {
  it('is told no salt by any route, and by none that there is an experiment', async () => {
    const target = await open();
    const salts = (await asReplica(target)).flatMap(({ salt, layer }) => [salt, layer.salt]);
    expect(salts).toHaveLength(4);
    const { paths } = JSON.parse((await served(target, '/openapi.json', textOf('admin'))).text) as {
      paths: Record<string, object>;
    };
    const routes = Object.keys(paths).map(path =>
      path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'task' || name === 'name' ? 'line' : '0')),
    );
    expect(routes).toContain('/v1/tasks/line');
    for (const shown of [undefined, unlisted.text, ...others.map(({ text }) => text)])
      for (const path of routes) {
        const { text } = await served(target, path, shown);
        for (const salt of salts) expect(text, path).not.toContain(salt);
        if (/^\/v1\/tasks(\/line)?$/.test(path)) expect(text).toContain('"experiments":[]');
      }
  });

  it('finds none in what operators are shown, nor in what a cache has kept of a replica', async () => {
    const target = await open();
    const [first] = await asReplica(target);
    const shown = await askAs('admin', target.url, '/tasks/line/experiments');
    expect(JSON.stringify(shown.body)).not.toMatch(new RegExp(`${first!.salt}|${first!.layer.salt}`));
    for (const path of ['/v1/tasks', '/v1/tasks/line']) {
      const { text, headers } = await served(target, path, replica.text);
      expect(text).toContain(first!.salt);
      expect(headers.get('cache-control')).toBe('private, no-cache');
    }
  });

  it('learns nothing from names: which part of a layer a key is in hangs on a secret', async () => {
    const [first, second] = (await asReplica(await open())) as [ServedExperiment, ServedExperiment];
    const [other] = (await asReplica(await open())) as [ServedExperiment];
    // One layer has one salt, so that its experiments share no key; another coordinator has another.
    expect(first.layer.salt).toBe(second.layer.salt);
    expect(first.layer.salt).not.toBe(other.layer.salt);
    const keys = Array.from({ length: 1_000 }, (_, at) => `person ${at}`);
    const right = keys.filter(key => {
      const guessed = hashed('layer default', key).position < 0.5;
      return guessed === hashed(first.layer.salt, key).position < 0.5;
    });
    expect(Math.abs(right.length - 500)).toBeLessThan(100);
  });
});
