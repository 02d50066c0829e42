import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { ServedExperiment } from '@murmuration/serving/experiments/experiment';
import { openFeatureProvider } from '@murmuration/serving/open-feature/provider';
import { Variants } from '@murmuration/serving/server/variants';
import { type Client, OpenFeature, type Provider } from '@openfeature/server-sdk';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

const field = { in: 'header', name: 'x-murmuration-key' } as const;
const whole = { salt: 'layer', from: 0, to: 1 };
const arms = [
  { name: 'control', version: '41', share: 0.5 },
  { name: 'small', version: '42', share: 0.3 },
  { name: 'tiny', version: '43', share: 0.2 },
];
const split: ServedExperiment = { id: 'size', kind: 'split', key: field, salt: 's', layer: whole, arms };

let running: readonly ServedExperiment[];
const source = {
  async resolve(name: string) {
    if (name === 'broken') throw new Error('The disk is gone.');
    if (name !== 'spam')
      throw new MurmurationError('model.missing', `Request for unknown model: "${name}" is not found.`);
    return { name, version: '41', hash: '0'.repeat(64) as ModelHash };
  },
  experiments: (name: string) => (name === 'spam' ? running : []),
};

/** The SDK that apps use, with the provider in it. */
let client: Client;

beforeAll(async () => {
  // Holds the types together as well.
  const provider: Provider = openFeatureProvider(source);
  await OpenFeature.setProviderAndWait('experiments', provider);
  client = OpenFeature.getClient('experiments');
});
afterAll(() => OpenFeature.clearProviders());
beforeEach(() => {
  running = [split];
});

const people = Array.from({ length: 500 }, (_, at) => ({ targetingKey: `person ${at}` }));

it('says of each key what the inference server makes of it, experiments in layers and mirrors beside it', async () => {
  const half = { ...split, id: 'half', salt: 't', layer: { salt: 'layer', from: 0, to: 0.5 } };
  const quarter = { ...split, id: 'quarter', salt: 'u', layer: { salt: 'layer', from: 0.5, to: 0.75 } };
  const mirror: ServedExperiment = {
    ...split,
    id: 'mirror',
    kind: 'mirror',
    arms: [{ ...arms[2]!, share: 1 }],
  };
  const seen = new Set<string | undefined>();
  const server = new Variants();
  for (const experiments of [[], [split], [mirror, half, quarter]]) {
    running = experiments;
    for (const person of people) {
      const request = { model: 'spam', inputs: [], headers: { 'x-murmuration-key': person.targetingKey } };
      const { version = '41', variant } = server.of(request as never, experiments);
      const details = await client.getObjectDetails('spam', {}, person);
      expect(details.value).toEqual({
        version,
        experiment: variant?.experiment ?? null,
        arm: variant?.arm ?? null,
      });
      expect(details.reason).toBe(variant ? 'SPLIT' : 'STATIC');
      expect(details.variant).toBe(variant?.arm);
      expect(await client.getNumberValue('spam', 0, person)).toBe(Number(version));
      expect(await client.getStringValue('spam', 'none', person)).toBe(variant?.arm ?? 'none');
      const isNew = variant ? variant.arm !== 'control' : false;
      expect(await client.getBooleanValue('spam', false, person)).toBe(isNew);
      seen.add(`${variant?.experiment} ${variant?.arm}`);
    }
  }
  // All arms of all experiments, and keys that none of them has.
  expect(seen.size).toBe(1 + 3 + 3 + 3);
});

it('takes a key as long as the server does', async () => {
  const targetingKey = 'k'.repeat(2_000);
  const request = { model: 'spam', inputs: [], headers: { 'x-murmuration-key': targetingKey } };
  const { variant } = new Variants().of(request as never, running);
  expect(await client.getStringValue('spam', 'none', { targetingKey })).toBe(variant?.arm);
});

it('follows an experiment that ends', async () => {
  const [person] = people;
  expect(await client.getStringDetails('spam', 'none', person)).toMatchObject({
    flagMetadata: { experiment: 'size' },
  });
  running = [];
  expect(await client.getStringDetails('spam', 'none', person)).toMatchObject({
    value: 'none',
    reason: 'DEFAULT',
    flagMetadata: { version: '41' },
  });
});

it.each([
  ['spam', {}, 'TARGETING_KEY_MISSING', 'has no targetingKey'],
  ['spam', { targetingKey: '' }, 'TARGETING_KEY_MISSING', 'has no targetingKey'],
  ['ham', people[0], 'FLAG_NOT_FOUND', 'unknown model: "ham"'],
  ['broken', people[0], 'GENERAL', 'The disk is gone.'],
] as const)('gives the default of %s with %j, and says why', async (flag, context, errorCode, message) => {
  expect(await client.getStringDetails(flag, 'default', context)).toMatchObject({
    value: 'default',
    reason: 'ERROR',
    errorCode,
    errorMessage: expect.stringContaining(message),
  });
});
