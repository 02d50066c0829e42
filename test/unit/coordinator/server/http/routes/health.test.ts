import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectProblem, openRoutes, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openRoutes();
});

afterEach(() => scene.close());

describe('health', () => {
  it('is live always, ready until it stops', async () => {
    // By its name devices tell a coordinator from what else may answer there.
    expect((await scene.get('/health/live')).json()).toEqual({ status: 'ok', name: 'murmuration' });
    expect((await scene.get('/health/ready')).json()).toEqual({ status: 'ok' });
    scene.readiness.isReady = false;
    expect((await scene.get('/health/live')).statusCode).toBe(200);
    expectProblem(await scene.get('/health/ready'), 503, 'server.stopping');
  });

  it('is not ready while no task can begin a round', async () => {
    const { name } = scene.task;
    const champion = { task: name, number: 3, use: 'champion', reason: 'It is gone.' } as const;
    scene.readiness.unreadable = [champion];
    expect((await scene.get('/health/ready')).json()).toEqual({ status: 'ok' });
    scene.readiness.unreadable = [champion, { ...champion, number: 4, use: 'base' }];
    const answer = await scene.get('/health/ready');
    expectProblem(answer, 503, 'model.unreadable');
    expect(answer.json().detail).toContain(`Version 4 of ${name}`);
  });
});
