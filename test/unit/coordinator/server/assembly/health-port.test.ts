import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { HealthPort } from '@murmuration/coordinator/assembly/health-port';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../free-port.ts';
import { expectProblem } from '../http/routes/scene.ts';

const least = { port: 0, log: 'silent', enrolmentTokens: ['a token of enough length'] };
const closings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function open() {
  const port = await freePort();
  const config = parseConfig({ ...least, healthPort: port });
  const health = await HealthPort.open(config, port, systemClock);
  closings.push(() => health.close());
  return { health, config };
}

/** As `inject` of Fastify answers. */
async function get(url: string) {
  const response = await fetch(url);
  const text = await response.text();
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: text,
    json: () => JSON.parse(text),
  };
}

describe('the port of health', () => {
  it('says that the process lives before the coordinator listens, and that it takes no devices', async () => {
    const { health } = await open();
    for (const [state, words] of [
      ['starting', /starts/],
      ['standby', /stands by/],
      ['waiting', /waits: the database does not answer/],
    ] as const) {
      health.become(state);
      expect((await get(`${health.url}/health/live`)).json()).toEqual({ status: 'ok', name: 'murmuration' });
      const answer = await get(`${health.url}/health/ready`);
      expectProblem(answer as never, 503, 'server.unreachable');
      expect(answer.json().detail).toMatch(words);
      expect(answer.headers['retry-after']).toBe('2');
    }
  });

  it('says what the coordinator says once there is one', async () => {
    const { health } = await open();
    let isOpen = true;
    health.become({ isOpen: () => isOpen, tasks: () => ['words' as TaskName], unreadable: () => [] });
    expect((await get(`${health.url}/health/ready`)).json()).toEqual({ status: 'ok' });
    isOpen = false;
    expectProblem((await get(`${health.url}/health/ready`)) as never, 503, 'server.stopping');
  });

  it('answers nothing else, and neither page nor secret of the coordinator', async () => {
    const { health } = await open();
    for (const path of ['/', '/metrics', '/v1/tasks', '/v1/admin/overview', '/dashboard/', '/openapi.json'])
      expect((await get(health.url + path)).statusCode).toBe(404);
  });

  it('is open from the start of a coordinator to its end', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/health/ready`;
    const config = parseConfig({ ...least, healthPort: port });
    const coordinator = await createCoordinator(config, [], { clock: systemClock, random: systemRandom });
    expect((await get(url)).statusCode).toBe(200);
    await coordinator.stop();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('is let go of where the start fails', async () => {
    const { health, config } = await open();
    const start = () => createCoordinator(config, [], { clock: systemClock, random: systemRandom });
    await expect(start()).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining(`Port ${config.healthPort} of 127.0.0.1 is taken`),
    });
    await health.close();
    // What comes later fails as well: the port of the coordinator itself.
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    closings.push(async () => other.close());
    const { port } = other.address() as { port: number };
    const late = createCoordinator({ ...config, port }, [], { clock: systemClock, random: systemRandom });
    await expect(late).rejects.toMatchObject({ detail: expect.stringContaining(`Port ${port} of`) });
    const again = await HealthPort.open(config, config.healthPort!, systemClock);
    await again.close();
  });
});
