import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectProblem, openRoutes, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openRoutes();
});

afterEach(() => scene.close());

describe('health', () => {
  it('is live always, ready until it stops', async () => {
    for (const url of ['/health/live', '/health/ready'])
      expect((await scene.get(url)).json()).toEqual({ status: 'ok' });
    scene.readiness.isReady = false;
    expect((await scene.get('/health/live')).statusCode).toBe(200);
    expectProblem(await scene.get('/health/ready'), 503, 'server.stopping');
  });
});
