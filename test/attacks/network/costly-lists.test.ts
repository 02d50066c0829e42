import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterEach, describe, expect, it } from 'vitest';
import { type Target, targets } from './target.ts';

const open = targets(afterEach);
const viewer = mintToken('operator', systemRandom, native);
const operatorTokens = [
  { id: viewer.proof.id, name: 'Ada', role: 'viewer', sha256: hex(viewer.proof.digest) },
];

/** How many of so many requests are answered with each status. */
async function statuses(
  { url }: Target,
  path: (index: number) => string,
  count: number,
): Promise<Record<number, number>> {
  const all: Record<number, number> = {};
  for (let index = 0; index < count; index++) {
    const response = await fetch(url + path(index));
    await response.arrayBuffer();
    all[response.status] = (all[response.status] ?? 0) + 1;
  }
  return all;
}

describe('a stranger that asks for the longest lists', () => {
  const limits = { requestsPerAddress: { burst: 100, perSecond: 0.001 } };

  it.each(['rounds', 'models'])('of %s, each time another one, is held to what they cost', async what => {
    const target = await open({ limits });
    // A page of 200 counts as 41 requests.
    expect(
      await statuses(target, index => `/v1/tasks/line/${what}?limit=200&before=${1_000 - index}`, 10),
    ).toEqual({ 200: 2, 429: 8 });
  });

  it.each(['rounds', 'models'])('of %s, the same again and again, has it made once', async what => {
    // Time stands still: an answer is kept for two seconds, and a busy machine may take longer.
    const target = await open({ limits }, { clock: new VirtualClock(systemClock.now()) });
    expect(await statuses(target, () => `/v1/tasks/line/${what}?limit=200`, 65)).toEqual({ 200: 60, 429: 5 });
  });

  it('or for all figures is held to what they cost', async () => {
    const target = await open({ limits });
    expect(await statuses(target, () => '/metrics', 12)).toEqual({ 200: 9, 429: 3 });
  });
});

describe('a stranger, where there are operators,', () => {
  const paths = ['/metrics', '/openapi.json', '/v1/tasks/line/rounds'];

  it.each(paths)('does not get %s, and an operator of any role does', async path => {
    const target = await open({ operatorTokens });
    const get = (headers = {}) => fetch(target.url + path, { headers });
    for (const headers of [{}, { authorization: 'Bearer nonsense' }, { cookie: 'murmuration=nonsense' }]) {
      const refused = await get(headers);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(await refused.json()).toMatchObject({ code: 'operator.unauthenticated' });
    }
    const answer = await get({ authorization: `Bearer ${viewer.text}` });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const signedIn = await fetch(`${target.url}/v1/admin/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: viewer.text }),
    });
    const [cookie] = signedIn.headers.get('set-cookie')!.split(';');
    expect((await get({ cookie: cookie! })).status).toBe(200);
  });

  it('gets what devices need', async () => {
    const target = await open({ operatorTokens });
    for (const path of ['/health/ready', '/v1/tasks', '/v1/tasks/line', '/v1/tasks/line/models?limit=1'])
      expect((await fetch(target.url + path)).status).toBe(200);
  });
});
