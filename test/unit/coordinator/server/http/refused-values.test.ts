import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorTokens, textOf } from '../../../../attacks/operators.ts';
import { enrolmentToken, lineTask } from '../../../../e2e/line.ts';
import { pathValues } from './path-values.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: readonly { readonly name: string; readonly schema: Schema }[];
  readonly body: Schema | undefined;
}

const { text: inferenceToken, ...listed } = mintInferenceToken(systemRandom, native);
const asAdmin = { authorization: `Bearer ${textOf('admin')}` };
let coordinator: Coordinator;
let routes: readonly Route[];

beforeAll(async () => {
  const config = parseConfig({
    port: 0,
    log: 'silent',
    enrolmentTokens: [enrolmentToken],
    operatorTokens,
    inference: { tokens: [{ ...listed, name: 'test', rights: ['feedback'] }] },
    limits: { requestsPerAddress: 100_000 },
  });
  const surroundings = { clock: systemClock, random: systemRandom };
  coordinator = await createCoordinator(config, [lineTask()], surroundings);
  const { paths } = (await (await fetch(`${coordinator.url}/openapi.json`, { headers: asAdmin })).json()) as {
    paths: Record<
      string,
      Record<
        string,
        {
          parameters?: { in: string; name: string; schema: Schema }[];
          requestBody?: { content: Record<string, { schema: Schema }> };
        }
      >
    >;
  };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter(parameter => parameter.in === 'query'),
      body: requestBody?.content['application/json']?.schema,
    })),
  );
});
afterAll(() => coordinator.stop());

const pathOf = (path: string) => path.replace(/\{([^}]+)\}/g, (_, name: string) => pathValues[name] ?? 'one');

async function ask(method: string, path: string, body?: string) {
  const headers = { ...asAdmin, 'content-type': 'application/json' };
  const response = await fetch(coordinator.url + path, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  const found = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, code: found.code, detail: String(found.detail ?? found.error ?? '') };
}

/** What readers of JSON Schema, zod and Ajv have for themselves. */
const jargon =
  /^\/|must match|must NOT|must have required|Invalid (?:input|option|string|ISO|key)|Too (?:small|big)|Unrecognized|received|>=|<=|pattern|\^|querystring|safeint/;
/** A field, what it was, and what it has to be; or a field that there is not. */
const plain =
  /(?:^|\. )(?:[\w.[\]"-]+|The body) (?:is|has) .+; it has to be .+\.|(?:^|\. )There is no field ".+"/;

/** Values of every kind, most of which fit nothing. */
const wrong: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e300,
  '',
  'a..b'.repeat(400),
  [],
  [[]],
  {},
  { nope: 1 },
  { kind: 'nope' },
];

describe('what does not fit a route', () => {
  it('is refused in its query in words that name the parameter and say what a right one is', async () => {
    const unclear: unknown[] = [];
    let refused = 0;
    for (const { method, path, query } of routes)
      for (const { name } of query)
        for (const value of ['', '-1', '1.5', '9'.repeat(30), 'a..b'.repeat(20)]) {
          // What a poll can't do without.
          const others = path.includes('connection') && name !== 'after' ? '&after=0' : '';
          const asked = `${pathOf(path)}?${name}=${value}${others}`;
          const { status, code, detail } = await ask(method, asked);
          if (jargon.test(detail)) unclear.push([method, asked, detail]);
          if (status !== 400 || code !== 'request.invalid') continue;
          refused++;
          if (!plain.test(detail) || !detail.includes(name)) unclear.push([method, asked, detail]);
        }
    expect(unclear).toEqual([]);
    expect(refused).toBeGreaterThan(60);
  });

  it('is refused in its body in words that name the field and say what a right one is', async () => {
    const unclear: unknown[] = [];
    const fields = new Set<string>();
    for (const { method, path, body } of routes) {
      if (!body) continue;
      const names = propertiesOf(body);
      const bodies = [...wrong, ...names.flatMap(name => wrong.map(value => ({ [name]: value })))];
      // Nearly right names, and values a level below.
      bodies.push(...names.map(name => ({ [`${name}x`]: 1 })));
      bodies.push(...names.flatMap(name => wrong.map(value => ({ [name]: { limit: value } }))));
      for (const each of bodies) {
        const { status, code, detail } = await ask(method, pathOf(path), JSON.stringify(each));
        const isOurs = status >= 400 && status < 500;
        if (isOurs && jargon.test(detail)) unclear.push([method, path, each, detail]);
        if (status !== 400 || code !== 'request.invalid' || !/; it has to be|There is no field/.test(detail))
          continue;
        if (!plain.test(detail)) unclear.push([method, path, each, detail]);
        for (const name of names) if (detail.includes(name)) fields.add(`${path} ${name}`);
      }
    }
    expect(unclear).toEqual([]);
    expect(fields.size).toBeGreaterThan(25);
  });

  it.each([
    [
      'GET',
      '/v1/tasks/line/rounds?limit=0',
      undefined,
      'limit is "0"; it has to be a whole number from 1 to 200.',
    ],
    [
      'GET',
      '/v1/admin/audit?before=x',
      undefined,
      'before is "x"; it has to be a whole number of at least 0.',
    ],
    [
      'POST',
      '/v1/admin/tasks/line/pause',
      { reson: 'x' },
      'There is no field "reson". Did you mean "reason"?',
    ],
    [
      'POST',
      '/v1/admin/operator-tokens',
      { name: 'Ann', role: 'root' },
      'role is "root"; it has to be one of "viewer", "operator" or "admin".',
    ],
    [
      'PUT',
      '/v1/admin/tasks/line/aliases/champion',
      {},
      'number is missing; it has to be a whole number of at least 0.',
    ],
    [
      'PUT',
      '/v1/admin/tasks/line/settings',
      { settings: { plan: { learningRate: 'fast' } } },
      'plan.learningRate: expected a number above 0 and at most 1000; found "fast".',
    ],
  ] as const)('is answered: %s %s %o', async (method, path, body, detail) => {
    const answer = await ask(method, path, body && JSON.stringify(body));
    const code = path.endsWith('/settings') ? 'task.settings' : 'request.invalid';
    expect(answer).toMatchObject({ code, detail });
  });
});

describe('what does not fit a route of the inference server', () => {
  it.each([
    ['/v1/feedback', { id: '', outcome: 'spam' }, 'id is empty; it has to be text of 1 to 1024 characters.'],
    ['/v1/feedback', { id: 'a', outcom: 'spam' }, 'There is no field "outcom". Did you mean "outcome"?'],
    ['/v1/feedback', { id: 'a', outcome: [{}] }, 'outcome[0] is an object; it has to be text of at most'],
  ] as const)('is answered in the form of the protocol: %s %o', async (path, body, error) => {
    const response = await fetch(coordinator.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${inferenceToken}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
    const answer = (await response.json()) as Record<string, string>;
    expect(Object.keys(answer)).toEqual(['error']);
    expect(answer.error).toContain(error);
    expect(answer.error).not.toMatch(jargon);
  });
});

/** Names of fields of a body, of all its alternatives. */
function propertiesOf({ properties = {}, anyOf = [], oneOf = [], allOf = [] }: Schema): readonly string[] {
  const inner = [...anyOf, ...oneOf, ...allOf].flatMap(propertiesOf);
  return [...new Set([...Object.keys(properties), ...inner])];
}
