import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import type { Dice } from './dice.ts';
import { mutateBytes, mutateValue } from './mutate.ts';
import { parameterOf, type Route } from './routes.ts';
import { hexOf } from './tally.ts';
import { operatorToken, type World } from './world.ts';

/** ms for which an answer is waited for. */
const patience = 60_000;

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Calls the routes of the coordinator, one after the other over kept connections, with something wrong in most calls. */
export async function fuzzHttp(world: World, routes: readonly Route[]): Promise<void> {
  const { dice, tally } = world;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!tally.isDone) {
    const call = garbled(dice, validCall(world, routes));
    const what = () => `${call.method} ${call.path} ${JSON.stringify(call.headers)} ${hexOf(call.body)}`;
    tally.sent(what(), '');
    const answer = await perform(world.url, call, agent);
    if (answer === 'closed') tally.closed += 1;
    else if (answer === 'silence') tally.silent(what());
    else tally.answered(problemCode(answer, call.method), true, what);
  }
  agent.destroy();
}

/** A call that may succeed. */
function validCall(world: World, routes: readonly Route[]): Call {
  const { dice } = world;
  if (dice.chance(0.3)) {
    const { round, assignment, token } = world.assignment();
    return {
      method: 'PUT',
      path: `/v1/rounds/${round}/updates/${assignment}`,
      headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${base64url(token)}` },
      body: dice.bytes(dice.pick([0, 52, 56, 57, 300])),
    };
  }
  const route = dice.pick(routes);
  const isOperators = route.path.includes('/admin/');
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => parameterOf(world, name, isOperators));
  const method = dice.chance(0.9)
    ? route.method
    : dice.pick(['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);
  const hasBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const headers: Record<string, string> = {};
  if (dice.chance(0.2))
    headers.range = dice.pick([
      'bytes=0-1',
      'bytes=5-',
      'bytes=-3',
      'bytes=9999999999-',
      'lines=0-1',
      'bytes=1-0,5-6',
    ]);
  if (dice.chance(0.1)) headers['if-none-match'] = dice.pick(['*', '"x"']);
  if (hasBody) headers['content-type'] = 'application/json';
  if (isOperators && dice.chance(0.8)) headers.authorization = `Bearer ${operatorToken.text}`;
  const json = dice.chance(0.2) ? route.body : mutateValue(dice, route.body ?? {});
  return { method, path, headers, body: hasBody ? Buffer.from(stringify(json)) : new Uint8Array(0) };
}

/** Changes a part of a call; now and then nothing. */
function garbled(dice: Dice, call: Call): Call {
  switch (dice.weighted({ path: 4, query: 3, header: 5, body: 4, nothing: 2 })) {
    case 'path':
      return { ...call, path: encodeURI(String(mutateText(dice, call.path))).replace(/^(?!\/)/, '/') };
    case 'query':
      return { ...call, path: `${call.path}?${encodeURI(String(mutateText(dice, 'before=3&limit=2')))}` };
    case 'header':
      return { ...call, headers: { ...call.headers, ...oddHeader(dice) } };
    case 'body':
      return { ...call, body: mutateBytes(dice, call.body) };
    default:
      return call;
  }
}

const mutateText = (dice: Dice, text: string) =>
  Buffer.from(mutateBytes(dice, Buffer.from(text))).toString('utf8');

function oddHeader(dice: Dice): Record<string, string> {
  return dice.pick<Record<string, string>>([
    { 'content-type': 'application/json' },
    { 'content-type': 'text/html; charset=nothing' },
    { 'content-type': '' },
    { 'content-encoding': 'gzip' },
    { 'content-encoding': 'br, br, br' },
    { 'transfer-encoding': 'chunked' },
    { authorization: 'Bearer' },
    { authorization: `Bearer ${'A'.repeat(3_000)}` },
    { authorization: 'Basic QTpC' },
    { cookie: '__proto__=1; constructor=2' },
    { host: '' },
    { origin: 'null' },
    { origin: 'https://evil.example', 'access-control-request-method': 'PUT' },
    { 'x-forwarded-for': `unknown, ${'1.2.3.4, '.repeat(50)}` },
    { 'if-range': '"x"', range: 'bytes=0-3' },
    { expect: '200-ok' },
    { upgrade: 'h2c', connection: 'upgrade' },
    { upgrade: 'websocket', connection: 'upgrade' },
    { accept: '*'.repeat(500) },
    { te: 'trailers' },
  ]);
}

interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function perform(
  url: string,
  { method, path, headers, body }: Call,
  agent: Agent,
): Promise<Response | 'closed' | 'silence'> {
  return new Promise(resolve => {
    const call = request(url + path, {
      method,
      agent,
      headers: { 'content-length': body.length, ...headers },
      timeout: patience,
    });
    call.on('response', response => {
      const parts: Buffer[] = [];
      response.on('data', part => parts.push(part));
      response.on('error', () => resolve('closed'));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    call.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode!, headers: response.headers, body: '' });
    });
    call.on('timeout', () => {
      resolve('silence');
      call.destroy();
    });
    call.on('error', () => resolve('closed'));
    call.end(body);
  });
}

/** The code of a refusal; undefined where it is none, and what is wrong with it where it has none. */
function problemCode({ status, headers, body }: Response, method: string): unknown {
  if (status < 400) return undefined;
  if (headers['content-type']?.startsWith('application/json')) return inferenceCode(status, body, method);
  if (!headers['content-type']?.startsWith('application/problem+json'))
    return `HTTP ${status} ${headers['content-type']} ${body}`;
  if (method === 'HEAD') return 'request.not-found';
  try {
    return (JSON.parse(body) as { code: unknown }).code;
  } catch {
    return `HTTP ${status} ${body}`;
  }
}

/** Protocols of inference have a text for a refusal and no code: `{"error": …}`. By its status, the code that it stands for. */
function inferenceCode(status: number, body: string, method: string): unknown {
  if (status === 500) return 'server.internal';
  if (method === 'HEAD') return 'request.not-found';
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === 'string' && error !== '') return 'inference.input';
  } catch {
    // Said below.
  }
  return `HTTP ${status} ${body}`;
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return '{}';
  }
}
