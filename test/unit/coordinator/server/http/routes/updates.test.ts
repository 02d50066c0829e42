import type { RoundId } from '@murmuration/protocol/ids/ids';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceId, updateOf } from '../../federation.ts';
import { expectProblem, openRoutes, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openRoutes();
});

afterEach(() => scene.close());

describe('uploads', () => {
  it('count once, and the same again gets the same receipt', async () => {
    const [part] = (await scene.beginRound()) as [Assignment];
    const first = await scene.put(part, updateOf([1, 2, 3, 4]));
    expect(first.statusCode).toBe(200);
    expect(first.json()).toEqual({ round: part.round, assignment: part.assignment, counted: true });
    expect((await scene.put(part, updateOf([1, 2, 3, 4]))).json()).toEqual(first.json());
    expectProblem(await scene.put(part, updateOf([4, 3, 2, 1])), 409, 'update.repeated');
    expect(scene.traffic.of(scene.task.name).up).toBe(3 * 64);
  });

  it.each([
    ['an unknown round', { round: 'R'.repeat(22) }, {}, 404, 'round.unknown'],
    ['an unknown assignment', { assignment: 'A'.repeat(22) }, {}, 404, 'assignment.unknown'],
    ['a bad round id', { round: 'R' }, {}, 400, 'protocol.id'],
    ['a bad assignment id', { assignment: 'A'.repeat(23) }, {}, 400, 'protocol.id'],
    ['another token', { token: new Uint8Array(32) }, {}, 403, 'assignment.token'],
    ['no token', {}, { authorization: '' }, 403, 'assignment.token'],
    ['another scheme', {}, { authorization: 'Basic AAAA' }, 403, 'assignment.token'],
    ['a wrong length', {}, { 'content-length': '63' }, 422, 'update.wrong-length'],
    ['a length of half a gibibyte', {}, { 'content-length': '536870912' }, 422, 'update.wrong-length'],
    ['no number for a length', {}, { 'content-length': 'many' }, 422, 'update.wrong-length'],
    ['another content type', {}, { 'content-type': 'text/plain' }, 415, 'request.unsupported'],
    ['an unknown content type', {}, { 'content-type': 'image/png' }, 415, 'request.unsupported'],
  ])('with %s are refused', async (_, change, headers, status, code) => {
    const [part] = (await scene.beginRound()) as [Assignment];
    const state = scene.rounds.current!.state;
    expectProblem(
      await scene.put({ ...part, ...change } as Assignment, updateOf([1, 0, 0, 0]), headers),
      status,
      code,
    );
    expect(scene.rounds.current!.state).toBe(state);
    expect(scene.refused).toEqual([code]);
  });

  it('of a device that is revoked are refused before they are read, to whoever has its token', async () => {
    const [part] = (await scene.beginRound()) as [Assignment];
    for (let i = 0; i < 5; i++) scene.revoked.add(deviceId(i));
    const state = scene.rounds.current!.state;
    expectProblem(
      await scene.put(part, updateOf([1, 0, 0, 0]), { 'content-length': '63' }),
      403,
      'device.revoked',
    );
    expectProblem(
      await scene.put({ ...part, token: new Uint8Array(32) }, updateOf([1, 0, 0, 0])),
      403,
      'assignment.token',
    );
    expect(scene.rounds.current!.state).toBe(state);
  });

  it('of a round that is over are refused', async () => {
    const [part] = (await scene.beginRound()) as [Assignment];
    scene.rounds.current!.abort('stopped');
    await scene.clock.advance(0);
    expectProblem(await scene.put(part, updateOf([1, 0, 0, 0])), 409, 'round.closed');
  });

  it('may come from pages of the origins that are listed', async () => {
    const response = await scene.app.inject({
      method: 'OPTIONS',
      url: updatePath('R'.repeat(22) as RoundId, 'A'.repeat(22)),
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(response.statusCode).toBe(204);
    expect(response.headers['access-control-allow-methods']).toMatch(/PUT/);
    expect(response.headers['access-control-allow-headers']).toMatch(/authorization/);
  });
});
