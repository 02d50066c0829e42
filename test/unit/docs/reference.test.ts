import { readFileSync } from 'node:fs';
import { duration } from '@murmuration/protocol/time/duration';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { referencePages } from '../../docs/reference/pages.ts';
import { schemaRows } from '../../docs/reference/schema-rows.ts';

const pages = await referencePages();

it.each([...pages])('%s is what `npm run reference` writes', (path, text) => {
  expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(text);
});

it('a default is found where a field is changed as it is read', () => {
  const doubled = z.number().transform(value => 2 * value);
  const schema = z.strictObject({
    list: z.array(doubled).default([]),
    nothing: z
      .union([z.strictObject({ inner: z.string().default('a') }), z.array(z.string())])
      .transform(value => [value])
      .nullable()
      .default(null),
    wait: duration.default(90_000),
    left: doubled.optional(),
    given: doubled,
  });
  expect(schemaRows(schema).map(({ path, standard }) => [path, standard])).toEqual([
    ['list', '`[]`'],
    ['nothing', '`null`'],
    ['nothing.inner', '`"a"`'],
    ['wait', '`"90 s"`'],
    ['left', 'none'],
    ['given', ''],
  ]);
});

it('fields of one name have the meanings of their own schemas', () => {
  const page = pages.get('docs/reference/configuration.md')!;
  const meaningOf = (field: string) => page.split('\n').find(line => line.startsWith(`| \`${field}\` |`));
  expect(meaningOf('inference.report.url')).toMatch(/URL of the coordinator/);
  expect(meaningOf('inference.log.http.url')).toMatch(/HTTP or HTTPS URL/);
});
