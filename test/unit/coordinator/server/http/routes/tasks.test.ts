import { publicRounds, publicVersions } from '@murmuration/api/public';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateOf } from '../../federation.ts';
import { openRoutes, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openRoutes();
});

afterEach(() => scene.close());

describe('tasks', () => {
  it('are listed, with the round that is under way', async () => {
    expect((await scene.get('/v1/tasks')).json()).toEqual({
      isDevelopment: false,
      tasks: [
        {
          name: 'values',
          planVersion: 1,
          strategy: 'fedAvg',
          cohort: { goal: 3, minimum: 2, overSelection: 1.34 },
          round: null,
          serves: { model: expect.stringMatching(/^[0-9a-f]{64}$/), number: 0, isPinned: false },
          newest: { model: expect.stringMatching(/^[0-9a-f]{64}$/), number: 0 },
          aliases: {},
          privateLayers: [],
          experiments: [],
        },
      ],
    });
    await scene.beginRound();
    expect((await scene.get('/v1/tasks/values')).json()).toMatchObject({
      round: { number: 1, phase: 'updates' },
    });
  });

  it('are answered for with nothing while they are as they were', async () => {
    const first = await scene.get('/v1/tasks');
    const known = { 'if-none-match': String(first.headers.etag) };
    const again = await scene.app.inject({ url: '/v1/tasks', headers: known });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    await scene.beginRound();
    expect((await scene.app.inject({ url: '/v1/tasks', headers: known })).statusCode).toBe(200);
  });

  it('have rounds, the one under way first, and versions, newest first', async () => {
    for (const part of await scene.beginRound()) {
      if (scene.rounds.current!.state.phase === 'updates') await scene.put(part, updateOf([1, 0, 0, 0]));
    }
    await scene.clock.advance(0);
    const { rounds } = (await scene.get('/v1/tasks/values/rounds')).json();
    expect(rounds).toMatchObject([
      { number: 2, phase: 'gathering', endedAt: null, tally: null },
      { number: 1, phase: 'published', tally: { cohort: 5, accepted: 3, rejected: 0, late: 2, lost: 0 } },
    ]);
    const { models } = (await scene.get('/v1/tasks/values/models')).json();
    expect(models).toMatchObject([
      { number: 1, parent: models[1].model, round: rounds[1].round, contributors: 3 },
      { number: 0, parent: null, round: null, contributors: 0 },
    ]);
    // Not a field more, such as why devices left, which the record of a round has.
    expect(publicRounds.parse({ rounds })).toEqual({ rounds });
    expect(publicVersions.parse({ models })).toEqual({ models });
    expect(models[0].verdicts).toEqual({ kept: 0, refused: 0 });
    scene.verdicts.add({ model: models[1].model, verdicts: { kept: 3, refused: 2 } });
    models[1].verdicts = { kept: 3, refused: 2 };
    expect((await scene.get('/v1/tasks/values/models?limit=1')).json().models).toEqual([models[0]]);
    expect((await scene.get('/v1/tasks/values/models?before=1')).json().models).toEqual([models[1]]);
    expect((await scene.get('/v1/tasks/values/rounds?before=2')).json().rounds).toEqual([rounds[1]]);
    for (const { url } of models) expect((await scene.get(url)).statusCode).toBe(200);
  });
});
