import { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { ClientOptions, TaskOptions } from '@murmuration/client-sdk/client/options';
import type { Platform } from '@murmuration/client-sdk/client/platform';
import { nodePlatform } from '@murmuration/client-sdk/node';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { classifier } from '@murmuration/engine/objective/rows';
import { expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

interface Flat {
  readonly rooms: number;
  readonly kind: number;
}
const { serving } = classifier({
  classes: 2,
  features: ({ rooms }: Flat) => [rooms],
  label: ({ kind }) => kind,
});
const trainer: Trainer = {
  train: async () => Promise.reject(new Error('It trains nothing.')),
  close: async () => {},
};
const options = { url: 'http://127.0.0.1:9', storage: memoryStorage(), enrolment: 'x'.repeat(32) };
const flats: readonly Flat[] = [{ rooms: 2, kind: 1 }];
const platform: Platform = nodePlatform;

it('knows the names of its tasks, and what their examples are', () => {
  const client = new PlatformClient(
    { ...options, tasks: { flats: { examples: () => flats, trainer, hybrid: { serving } } } },
    platform,
  );
  const hybrid = client.hybrid('flats');
  // @ts-expect-error no task has this name
  expect(codeOf(() => client.hybrid('nope'))).toBe('task.unknown');
  const _observe = () => hybrid.observe({ rooms: 1, kind: 0 });
  // @ts-expect-error an example of another type
  const _wrong = () => hybrid.observe('two rooms');
});

it('holds examples against what serves them', () => {
  const right: TaskOptions<Flat> = { examples: async () => flats, trainer, hybrid: { serving } };
  // @ts-expect-error texts are no flats
  const wrong: TaskOptions<Flat> = { examples: () => ['two rooms'], trainer, hybrid: { serving } };
  const _make = () =>
    new PlatformClient(
      // @ts-expect-error texts are no flats
      { ...options, tasks: { flats: { examples: () => ['two rooms'], trainer, hybrid: { serving } } } },
      platform,
    );
  expect([right, wrong]).toHaveLength(2);
});

it('takes options whose tasks nobody has named, and one client as another', () => {
  const any: ClientOptions = { ...options, tasks: { flats: { examples: () => flats, trainer } } };
  const client: PlatformClient = new PlatformClient(any, platform);
  expect(codeOf(() => client.hybrid('nope'))).toBe('task.unknown');
  const named = new PlatformClient(
    { ...options, tasks: { flats: { examples: () => flats, trainer } } },
    platform,
  );
  const general: PlatformClient = named;
  expect(general).toBe(named);
});
