import { inferenceConfigSchema } from '@murmuration/cli/arguments/inference-config';
import { configSchema } from '@murmuration/coordinator/assembly/config';
import { taskSchema } from '@murmuration/rounds/task/task-schema';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { propertyDefaults } from '../../docs/reference/comments.ts';
import { wrongDefaults } from '../../docs/reference/defaults.ts';
import {
  brokerSources,
  configurationSources,
  type Source,
  taskSources,
} from '../../docs/reference/sources.ts';

const tagsOf = (sources: readonly Source[]): Map<string, string> =>
  new Map(sources.flatMap(([file, prefix, name]) => [...propertyDefaults(file, prefix, name)]));

it.each([
  ['a task', taskSchema, taskSources],
  ['the configuration', configSchema, configurationSources],
  ['brokers', inferenceConfigSchema.pick({ rabbitmq: true, kafka: true }), brokerSources],
])('@default says the defaults of %s', (_, schema, sources) => {
  expect(wrongDefaults(schema, tagsOf(sources))).toEqual([]);
});

it('a wrong, a missing and an invented @default are found', () => {
  const schema = z.object({
    right: z.int().default(1_000),
    wrong: z.int().default(2),
    missing: z.array(z.object({ inner: z.string().default('a') })).prefault([]),
    invented: z.string().optional(),
    rate: z.object({ burst: z.int().default(3) }).prefault({}),
  });
  const tags = { right: '1_000', wrong: '1', invented: "'b'", rate: '{ burst: 3 }' };
  expect(wrongDefaults(schema, new Map(Object.entries(tags)))).toEqual([
    'wrong: @default 1, and it is 2',
    'missing: no @default []',
    "missing.inner: no @default 'a'",
    "invented: @default 'b', and it has no default",
  ]);
});
