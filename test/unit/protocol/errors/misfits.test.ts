import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeMisfits, whyUnfit } from '@murmuration/protocol/errors/misfits';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';

function told(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value, { error: plainWords });
  return error ? describeMisfits(error.issues, value, 'The body') : 'It fits.';
}

const field = (schema: z.ZodType) => z.strictObject({ it: schema });
const limit = z.coerce.number().int().min(1).max(200);
const kinds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cron'), pattern: z.string() }),
  z.strictObject({ kind: z.literal('webhook'), name: z.string().min(1) }),
]);
const eitherOr = z.union([
  z.strictObject({ window: z.int().min(1) }),
  z.strictObject({ gather: z.literal(true) }),
]);

describe('what does not fit a schema is told', () => {
  it.each<readonly [rule: string, schema: z.ZodType, value: unknown, told: string]>([
    ['type: text', z.string(), 3, 'it is 3; it has to be text.'],
    ['type: whole number', z.int(), 1.5, 'it is 1.5; it has to be a whole number.'],
    [
      'type: whole number in a query',
      limit,
      'many',
      'it is "many"; it has to be a whole number from 1 to 200.',
    ],
    [
      'type: whole number, given twice',
      limit,
      ['1', '2'],
      'it is a list; it has to be a whole number from 1 to 200.',
    ],
    ['type: number', z.number(), '3', 'it is "3"; it has to be a number.'],
    ['type: boolean', z.boolean(), 'yes', 'it is "yes"; it has to be true or false.'],
    ['type: object', z.object({}), [], 'it is a list; it has to be an object.'],
    ['type: list', z.array(z.string()), {}, 'it is an object; it has to be a list.'],
    ['type: map', z.record(z.string(), z.number()), null, 'it is null; it has to be an object.'],
    ['type: null', z.null(), 0, 'it is 0; it has to be null.'],
    ['type: or null', z.number().nullable(), '', 'it is empty; it has to be a number.'],
    ['minimum', limit, '0', 'it is "0"; it has to be a whole number from 1 to 200.'],
    ['maximum', z.int().min(1).max(200), 201, 'it is 201; it has to be a whole number from 1 to 200.'],
    ['only a minimum', z.number().min(0), -1, 'it is -1; it has to be a number of at least 0.'],
    ['only a maximum', z.number().max(1), 2, 'it is 2; it has to be a number of at most 1.'],
    ['exclusive minimum', z.number().gt(0), 0, 'it is 0; it has to be a number above 0.'],
    [
      'exclusive minimum and maximum',
      z.number().gt(0).max(1),
      0,
      'it is 0; it has to be a number above 0 and at most 1.',
    ],
    [
      'minimum and exclusive maximum',
      z.number().min(0).lt(1),
      1,
      'it is 1; it has to be a number of at least 0 and below 1.',
    ],
    ['exclusive maximum', z.number().lt(1), 1, 'it is 1; it has to be a number below 1.'],
    ['multipleOf', z.int().multipleOf(5), 7, 'it is 7; it has to be a whole number that is a multiple of 5.'],
    ['enum', z.enum(['ring', 'float32']), 'rings', 'it is "rings"; it has to be "ring" or "float32".'],
    ['enum of three', z.enum(['a', 'b', 'c']), 'd', 'it is "d"; it has to be one of "a", "b" or "c".'],
    [
      'enum of many',
      z.enum(Array.from({ length: 40 }, (_, i) => `v${i}`)),
      'd',
      expect.stringMatching(/ be one of "v0", .* "v23" or 16 others\.$/),
    ],
    [
      'enum of one more than are listed',
      z.enum(Array.from({ length: 25 }, (_, i) => `v${i}`)),
      'd',
      expect.stringMatching(/ be one of "v0", .* "v23" or 1 other\.$/),
    ],
    ['const', z.literal(true), false, 'it is false; it has to be true.'],
    [
      'pattern',
      z.string().regex(/^\d+$/, 'expected digits such as "12"'),
      'x',
      'it is "x"; it has to be digits such as "12".',
    ],
    [
      'format: time',
      z.iso.datetime(),
      'now',
      'it is "now"; it has to be a time in UTC such as "2026-01-31T12:00:00Z".',
    ],
    ['format: URL', z.url(), 'here', 'it is "here"; it has to be a URL such as "https://example.org/path".'],
    [
      'minLength',
      z.string().min(3),
      'ab',
      'it has 2 characters; it has to be text of at least 3 characters.',
    ],
    [
      'minLength of nothing',
      z.string().min(1).max(9),
      '',
      'it is empty; it has to be text of 1 to 9 characters.',
    ],
    [
      'maxLength',
      z.string().max(2),
      'abc',
      'it has 3 characters; it has to be text of at most 2 characters.',
    ],
    [
      'maxLength beside a pattern',
      z.string().max(2).regex(/a/, 'expected an a'),
      'aaa',
      'it has 3 characters; it has to be text of at most 2 characters.',
    ],
    ['length', z.string().length(2), 'a', 'it has 1 character; it has to be text of 2 characters.'],
    ['minItems', z.array(z.int()).min(1).max(5), [], 'it has 0 items; it has to be a list of 1 to 5 items.'],
    ['maxItems', z.array(z.int()).max(1), [1, 2], 'it has 2 items; it has to be a list of at most 1 item.'],
    ['items', z.array(z.int().min(0)), [1, -2], 'it[1] is -2; it has to be a whole number of at least 0.'],
    [
      'tuple',
      z.tuple([z.int(), z.int()]),
      [1],
      expect.stringMatching(/it has to be .*2 items|it\[1\] is missing/),
    ],
    [
      'required',
      z.strictObject({ goal: z.int().min(1) }),
      {},
      'it.goal is missing; it has to be a whole number of at least 1.',
    ],
    [
      'required, one of several',
      z.strictObject({ role: z.enum(['viewer', 'admin']) }),
      {},
      'it.role is missing; it has to be "viewer" or "admin".',
    ],
    [
      'required, with a pattern',
      z.strictObject({ task: z.string().regex(/x/, 'expected a name') }),
      {},
      'it.task is missing; it has to be a name.',
    ],
    [
      'additionalProperties, nearly right',
      z.strictObject({ learningRate: z.number().optional() }),
      { learningrate: 1 },
      'There is no field "learningrate" in it. Did you mean "learningRate"?',
    ],
    [
      'additionalProperties, far from all',
      z.strictObject({ learningRate: z.number().optional() }),
      { x: 1 },
      'There is no field "x" in it.',
    ],
    [
      'names of a map',
      z.record(z.string().max(2), z.int()),
      { abc: 1 },
      'it.abc is 1; it has to be text of at most 2 characters as its name.',
    ],
    [
      'values of a map',
      z.record(z.string(), z.int()),
      { 'a b': 'c' },
      'it["a b"] is "c"; it has to be a whole number.',
    ],
    [
      'anyOf, none of which takes it',
      z.union([z.number(), z.string(), z.boolean()]),
      {},
      'it is an object; it has to be a number, text, true or false.',
    ],
    [
      'anyOf, some of which have alternatives of their own',
      z.union([z.number(), z.boolean(), z.array(z.int())]),
      '',
      'it is empty; it has to be a number, true, false or a list.',
    ],
    [
      'anyOf inside anyOf, each alternative once',
      z.union([z.union([z.int(), z.enum(['a', 'b'])]), z.boolean(), z.enum(['b', 'c']), z.null()]),
      {},
      'it is an object; it has to be a whole number, "a", "b", true, false, "c" or null.',
    ],
    [
      'anyOf, of which one has commas',
      z.union([
        z.string().regex(/^\d/, 'expected a time such as "30 s", "2 h" or "1 d"'),
        z.null(),
        z.boolean(),
      ]),
      {},
      'it is an object; it has to be true or false, or a time such as "30 s", "2 h" or "1 d", or null.',
    ],
    [
      'anyOf, of which one is several itself, all of them objects',
      z.union([kinds, z.array(z.int())]),
      '',
      'it is empty; it has to be a list, or an object whose "kind" is "cron" or "webhook".',
    ],
    [
      'one of two, or null',
      z.union([z.boolean(), z.null()]),
      '',
      'it is empty; it has to be true, false or null.',
    ],
    [
      'a choice, or null',
      z.union([z.enum(['a', 'b', 'c']), z.null()]),
      1,
      'it is 1; it has to be one of "a", "b", "c" or null.',
    ],
    [
      'one thing, or null',
      z.union([z.number(), z.null()]),
      '',
      'it is empty; it has to be a number, or null.',
    ],
    [
      'bytes',
      z.custom(value => value instanceof Uint8Array && value.length === 2, 'expected 2 bytes'),
      new Uint8Array(1),
      'it has 1 byte; it has to be 2 bytes.',
    ],
    [
      'anyOf, one of which nearly takes it',
      eitherOr,
      { window: 0 },
      'it.window is 0; it has to be a whole number of at least 1.',
    ],
    [
      'anyOf, none of which is nearer',
      eitherOr,
      { nope: 1 },
      'it is an object; it has to be an object with "window" or an object with "gather".',
    ],
    [
      'anyOf of values and lists',
      z.union([z.string(), z.array(z.string().max(1))]),
      ['a', 'bc'],
      'it[1] has 2 characters; it has to be text of at most 1 character.',
    ],
    [
      'oneOf, of no known kind',
      kinds,
      { kind: 'daily' },
      expect.stringMatching(
        /^it(\.kind is "daily"| is an object); it has to be (an object whose "kind" is )?"cron" or "webhook"\.$/,
      ),
    ],
    [
      'oneOf, of a known kind',
      kinds,
      { kind: 'webhook', name: '' },
      'it.name is empty; it has to be text of at least 1 character.',
    ],
    [
      'a rule of its own',
      z.string().refine(text => text.trim() === text, 'expected no white space at its ends'),
      ' a',
      'it is " a"; it has to be no white space at its ends.',
    ],
    [
      'a rule of its own, as a predicate',
      z.string().refine(text => text !== 'a', 'must have more than an a'),
      'a',
      'it must have more than an a.',
    ],
    [
      'a rule of its own, in other words',
      z.string().refine(text => text !== 'a', 'An a is too little'),
      'a',
      'it: An a is too little.',
    ],
    [
      'what has a default',
      z.int().min(1).default(3),
      0,
      'it is 0; it has to be a whole number of at least 1.',
    ],
    [
      'what is changed after it is read',
      z.string().min(2).transform(Number),
      'a',
      'it has 1 character; it has to be text of at least 2 characters.',
    ],
    ['type: large whole number', z.bigint(), 1, 'it is 1; it has to be a whole number.'],
    ['type: fraction', z.float32(), 'x', 'it is "x"; it has to be a number.'],
    ['type: nothing', z.undefined(), 1, 'it is 1; it has to be nothing.'],
    ['type: no value', z.void(), 1, 'it is 1; it has to be nothing.'],
    ['type: never', z.never(), 1, 'it is 1; it has to be nothing.'],
    ['a type without words', z.date(), 'x', 'it is "x"; it has to be another value.'],
    ['type: URL', z.url(), 3, 'it is 3; it has to be a URL such as "https://example.org/path".'],
    [
      'the first of two equal minimums',
      z.number().gt(0).min(0),
      0,
      'it is 0; it has to be a number above 0.',
    ],
    [
      'the first of two equal maximums',
      z.number().lt(1).max(1),
      1,
      'it is 1; it has to be a number below 1.',
    ],
    ['a minimum of no characters', z.string().min(0), 3, 'it is 3; it has to be text.'],
    [
      'no characters to two',
      z.string().min(0).max(2),
      'abc',
      'it has 3 characters; it has to be text of at most 2 characters.',
    ],
    [
      'tuple, of another type',
      z.tuple([z.int(), z.int()]),
      'x',
      'it is "x"; it has to be a list of 2 items.',
    ],
    [
      'tuple with more items',
      z.tuple([z.int()], z.string()),
      'x',
      'it is "x"; it has to be a list of at least 1 item.',
    ],
    ['required, of any type', z.nonoptional(z.any()), undefined, 'it is missing; it has to be any value.'],
    ['required, unknown', z.nonoptional(z.unknown()), undefined, 'it is missing; it has to be any value.'],
    [
      'required, by a name that each object has',
      z.strictObject({ toString: z.int() }),
      {},
      'it.toString is missing; it has to be a whole number.',
    ],
    [
      'a rule for a field within what has none',
      z
        .custom()
        .superRefine((_, { addIssue }) =>
          addIssue({ code: 'custom', path: ['a', 'b'], message: 'expected an a with b' }),
        ),
      { a: null },
      'it.a.b is missing; it has to be an a with b.',
    ],
    [
      'a rule of its own, for another type',
      z.int().refine(n => n % 2 === 0, 'expected an even number'),
      'x',
      'it is "x"; it has to be a whole number.',
    ],
    [
      'a rule of its own, in several sentences',
      z.string().refine(text => text !== 'a', 'One a. It must be more.'),
      'a',
      'it: One a. It must be more.',
    ],
    [
      'names of a map, by a rule in other words',
      z.record(
        z.string().refine(text => text !== 'a', 'An a is too little'),
        z.int(),
      ),
      { a: 1 },
      'it.a is 1; it has to be another name.',
    ],
    [
      'additionalProperties, too short to resemble one',
      z.strictObject({ ab: z.int().optional() }),
      { ba: 1 },
      'There is no field "ba" in it.',
    ],
    [
      'additionalProperties, of three letters',
      z.strictObject({ abc: z.int().optional() }),
      { abd: 1 },
      'There is no field "abd" in it. Did you mean "abc"?',
    ],
    [
      'anyOf, by a text',
      z.union([z.int(), z.null()]),
      'abc',
      'it is "abc"; it has to be a whole number, or null.',
    ],
    [
      'anyOf, with one that takes null itself',
      z.union([z.int().nullable(), z.boolean()]),
      'x',
      'it is "x"; it has to be a whole number, true, false or null.',
    ],
    [
      'anyOf of what is both',
      z.union([z.intersection(z.object({}), z.object({})), z.null()]),
      3,
      'it is 3; it has to be an object, or null.',
    ],
    [
      'anyOf of what is known later, or changed before and after it is read',
      z.union([
        z.lazy(() => z.int()),
        z.preprocess(value => value, z.boolean()),
        z.string().transform(Number),
      ]),
      {},
      'it is an object; it has to be a whole number, true, false or text.',
    ],
    [
      'anyOf, with words of its own in two forms, one of them empty',
      z.union([
        z.string({ error: () => ({ message: 'expected a name' }) }),
        z.number({ error: () => undefined }),
        z.boolean({ error: () => null as never }),
      ]),
      {},
      'it is an object; it has to be a name, a number, true or false.',
    ],
    [
      'anyOf of three objects, with the fields that each needs',
      z.union([
        z.object({ a: z.int(), b: z.int().optional(), c: z.int() }),
        z.object({ d: z.int() }),
        z.object({ e: z.int() }),
      ]),
      3,
      'it is 3; it has to be an object with "a" and "c", an object with "d" or an object with "e".',
    ],
    [
      'anyOf, the only one of this type',
      z.union([
        z.int(),
        z.literal('all'),
        z.union([z.null(), z.string()]),
        z.strictObject({ a: z.int(), b: z.int() }),
      ]),
      { a: 'x' },
      'it.a is "x"; it has to be a whole number. it.b is missing; it has to be a whole number.',
    ],
    [
      'anyOf, the one with fewer misfits',
      z.union([z.object({ a: z.int(), b: z.int() }), z.object({ a: z.int() })]),
      { a: 'x' },
      'it.a is "x"; it has to be a whole number.',
    ],
    [
      'anyOf, the one with as many misfits, but all of them within',
      z.union([z.strictObject({ a: z.int() }), z.object({ a: z.int(), b: z.int() })]),
      { a: 'x', b: 'y' },
      'it.a is "x"; it has to be a whole number. it.b is "y"; it has to be a whole number.',
    ],
  ])('by %s', (_, schema, value, sentence) => {
    expect(told(field(schema), { it: value })).toEqual(sentence);
  });

  it.each([
    ['a day such as "2026-01-31"', z.iso.date()],
    ['a time of day such as "12:00:00"', z.iso.time()],
    ['a duration of ISO 8601 such as "PT30S"', z.iso.duration()],
    ['an e-mail address such as "ann@example.org"', z.email()],
    ['a UUID such as "123e4567-e89b-42d3-a456-426614174000"', z.uuid()],
    ['an address of IPv4 such as "192.0.2.1"', z.ipv4()],
    ['an address of IPv6 such as "2001:db8::1"', z.ipv6()],
    ['text in base64', z.base64()],
    ['text in base64url', z.base64url()],
  ])('by format: %s', (what, schema) => {
    expect(told(field(schema), { it: '?' })).toBe(`it is "?"; it has to be ${what}.`);
  });

  it('without a schema', () => {
    expect(plainWords({ code: 'invalid_type', expected: 'nonoptional', input: undefined })).toBe(
      'expected any value',
    );
    expect(plainWords({ code: 'invalid_type', expected: 'string', input: 1 })).toBe('expected another value');
    expect(plainWords({ code: 'custom', input: 1 })).toBe('expected another value');
  });

  it('with a question for each of 16 unknown fields', () => {
    const schema = z.strictObject({ limit: z.int().optional() });
    const value = Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`limits${i}`, 1]));
    const lines = schema.safeParse(value, { error: plainWords }).error!.issues[0]!.message.split('\n');
    expect(lines).toHaveLength(18);
    expect(lines[15]).toBe('there is no such field. Did you mean "limit"?');
    expect(lines.slice(16)).toEqual(['there is no such field', 'there is no such field']);
  });

  it('by another parse, in full words for 64 misfits at most', () => {
    expect(whyUnfit(z.int(), 1, 'The body')).toBe('');
    const choice = (many: number) => z.union(Array.from({ length: many }, (_, i) => z.literal(`v${i}`)));
    // Each alternative has a misfit, and so has the choice.
    expect(whyUnfit(choice(63), 'x', 'The body')).toMatch(/^The body is "x"; it has to be one of "v0", /);
    expect(whyUnfit(choice(64), 'x', 'The body')).toBe('The body is "x"; it has to be another value.');
  });

  it('as the whole, where it is that', () => {
    expect(told(z.strictObject({}), undefined)).toBe('The body is missing; it has to be an object.');
    expect(told(z.strictObject({}), 'x')).toBe('The body is "x"; it has to be an object.');
    expect(told(z.strictObject({ limit: z.int().optional() }), { limt: 1 })).toBe(
      'There is no field "limt". Did you mean "limit"?',
    );
  });

  it('for each field, up to five', () => {
    const schema = z.strictObject({ plan: z.strictObject({ learningRate: z.number(), epochs: z.int() }) });
    expect(told(schema, { plan: { learningRate: 'x', epoch: 1 } })).toBe(
      'plan.learningRate is "x"; it has to be a number. plan.epochs is missing; it has to be a whole number. There is no field "epoch" in plan. Did you mean "epochs"?',
    );
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, i]));
    expect(told(z.record(z.string(), z.string()), many)).toMatch(/f4 is 4; .* 4 more fields are wrong\.$/);
    const { f0: _0, f1: _1, f2: _2, ...six } = many;
    expect(told(z.record(z.string(), z.string()), six)).toMatch(/ 1 more field is wrong\.$/);
  });

  it('without what may be a secret, and no more than a part of what is long', () => {
    const token = z.strictObject({ token: z.int(), role: z.enum(['viewer', 'admin']), reason: z.int() });
    const sentence = told(token, { token: 'abc', role: `mmo_${'S'.repeat(60)}`, reason: 'r'.repeat(1_000) });
    expect(sentence).toMatch(
      /^token is another text; .* role is another text; .* reason is "r{64}" and more; /,
    );
    expect(
      told(token, JSON.parse('{"__proto__": {"a": 1}, "token": 1, "role": "admin", "reason": 1}')),
    ).toMatch(/^There is no field "__proto__"\./);
  });

  it('with 64 characters of a text or a name', () => {
    const [most, more] = ['x'.repeat(64), 'x'.repeat(65)];
    expect(told(z.int(), most)).toBe(`The body is "${most}"; it has to be a whole number.`);
    expect(told(z.int(), more)).toBe(`The body is "${most}" and more; it has to be a whole number.`);
    expect(told(z.strictObject({}), { [more]: 1 })).toBe(`There is no field "${most}".`);
    expect(told(z.record(z.string(), z.int()), { [more]: 'y' })).toMatch(/^x{64} is "y"; /);
    // No token begins in the middle.
    expect(told(z.int(), 'comma_x')).toMatch(/^The body is "comma_x"; /);
  });

  it('of schemas of zod/mini as well', () => {
    const schema = mini.strictObject({ goal: mini.int().check(mini.minimum(1)) });
    const { error } = mini.safeParse(schema, { goal: 0 }, { error: plainWords });
    expect(describeMisfits(error!.issues, { goal: 0 }, 'The body')).toBe(
      'goal is 0; it has to be a whole number of at least 1.',
    );
  });
});
