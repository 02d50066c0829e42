import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorTokens, textOf } from '../../../../attacks/operators.ts';
import { enrolmentToken, lineTask } from '../../../../e2e/line.ts';
import { pathValues } from './path-values.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { pattern?: string; enum?: unknown; type?: string; maxLength?: number };
}

let coordinator: Coordinator;
/** Every address with a part that has a form, and its method. */
let routes: { method: string; path: string; parameters: readonly Parameter[] }[];

beforeAll(async () => {
  const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], operatorTokens });
  const surroundings = { clock: systemClock, random: systemRandom };
  coordinator = await createCoordinator(config, [lineTask()], surroundings);
  const { paths } = (await at('/openapi.json')).body as unknown as {
    paths: Record<string, Record<string, { parameters?: readonly Parameter[] }>>;
  };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.filter(parameter => parameter.in === 'path'),
    })),
  );
});
afterAll(() => coordinator.stop());

/** Whether something that fits an address at all can be refused: parts are of 128 characters at most. */
const hasForm = ({ schema: { pattern, enum: values, type, maxLength = 128 } }: Parameter) =>
  pattern !== undefined || values !== undefined || type !== 'string' || maxLength < 128;

/** What is answered at a path as an admin. */
async function at(path: string, method = 'GET') {
  const hasBody = method === 'POST' || method === 'PUT';
  const headers = { authorization: `Bearer ${textOf('admin')}`, 'content-type': 'application/json' };
  const init = { method, headers, ...(hasBody && { body: '{}' }) };
  const response = await fetch(coordinator.url + path, init);
  return {
    status: response.status,
    body: (await response.json()) as { readonly code: string; readonly detail: string },
  };
}

/** A route's path with one part that is wrong, and others that are well formed. */
const pathWith = (path: string, wrong: string) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => (name === wrong ? bad : (pathValues[name] ?? 'one')));

/** Longer than every bound, with what no name, number or id has. */
const bad = `a..b${'.'.repeat(80)}`;

describe('a part of an address that has no right form', () => {
  it('is refused on every route in words that say what a right one looks like, and where to find it', async () => {
    const kinds = new Set<string>();
    const unclear: unknown[] = [];
    for (const route of routes)
      for (const parameter of route.parameters.filter(hasForm)) {
        kinds.add(parameter.name);
        const { status, body } = await at(pathWith(route.path, parameter.name), route.method);
        const { code, detail } = body;
        const form = /^(?:".{3,}"|What this address has) is no [a-zA-Z ,]+: it has to be .+\. .+\.$/;
        // Before anything else is read of it.
        if (
          code === 'protocol.id' &&
          /^An? .+ id is 22 letters, digits, hyphens and underscores\.$/.test(detail)
        )
          continue;
        if (status !== 400 || code !== 'request.invalid' || !form.test(detail) || /pattern|\^/.test(detail))
          unclear.push([route.method, route.path, parameter.name, status, code, detail]);
      }
    expect(unclear).toEqual([]);
    expect([...kinds].sort()).toEqual([...Object.keys(pathValues), 'file'].sort());
  });

  it.each([
    [
      '/v1/tasks/a..b/rounds',
      '"a..b" is no task name: it has to be a lower-case letter, then up to 62 lower-case letters, digits and hyphens. GET /v1/tasks and "murmuration tasks" show the tasks.',
    ],
    [
      '/v1/admin/tasks/line/rounds/first',
      '"first" is no number of a round, run or version: it has to be a whole number such as 12. Their lists show it.',
    ],
    [
      '/v1/tasks/a%0Ab%22',
      '"a\\nb\\"" is no task name: it has to be a lower-case letter, then up to 62 lower-case letters, digits and hyphens. GET /v1/tasks and "murmuration tasks" show the tasks.',
    ],
  ])('is answered at %s with what is wrong', async (path, detail) => {
    const { body } = await at(path);
    expect(body).toMatchObject({ code: 'request.invalid', detail });
  });

  it('is not repeated where it may be a token', async () => {
    const secret = `mmo_${'S'.repeat(60)}`;
    const refused: string[] = [];
    coordinator.events.on('refused', (_, __, detail) => void refused.push(detail));
    const { status, body } = await at(`/v1/admin/operator-tokens/${secret}/revoke`, 'POST');
    expect([status, body.detail]).toEqual([
      400,
      'What this address has is no id of a token: it has to be 16 letters, digits, hyphens and underscores, and not the token itself. The lists of tokens show their ids.',
    ]);
    expect(refused.join()).not.toContain('SSS');
  });
});
