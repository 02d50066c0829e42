import type { InferenceState } from '@murmuration/api/inference';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin();
});
afterEach(() => admin.close());

const input = { name: 'x', datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) } as const;
const infer = (model: string, version?: string) =>
  admin.inference.infer({ model, version, protocol: 'oip', inputs: [input] });

async function state(query = ''): Promise<InferenceState> {
  const { status, body } = await admin.ask('GET', `/inference${query}`, 'viewer');
  expect(status).toBe(200);
  return body as unknown as InferenceState;
}

describe('the inference server, for operators', () => {
  it('says what is in memory, how fast it answers, and what was asked last', async () => {
    const before = await state();
    expect(before).toMatchObject({ isReady: true, pending: 0, recent: [] });
    expect(before.models).toEqual([
      {
        name: 'values',
        standard: 'champion',
        versions: [expect.objectContaining({ version: '0', state: 'idle', bytes: null, askedAt: null })],
      },
    ]);
    expect(before.models[0]?.versions[0]?.aliases.toSorted()).toEqual(['champion', 'latest']);

    await infer('values');
    await expect(infer('values', '7')).rejects.toMatchObject({ code: 'model.missing' });
    await expect(infer('secret')).rejects.toMatchObject({ code: 'model.missing' });
    const after = await state();
    expect(after.memory.used).toBe(400);
    expect(after.models[0]?.versions[0]).toMatchObject({
      state: 'loaded',
      bytes: 400,
      engine: 'the test',
      requests: 1,
      errors: 0,
      batch: 2,
    });
    expect(after.minutes.at(-1)).toMatchObject({ requests: 1, errors: 0 });
    expect(after.recent.map(({ model, version, code }) => [model, version, code])).toEqual([
      ['secret', '', 'model.missing'],
      ['values', '', 'model.missing'],
      ['values', '0', 'ok'],
    ]);
    expect((await state('?model=other')).minutes.every(({ requests }) => requests === 0)).toBe(true);
  });

  it('loads and unloads models for operators, and writes down who did', async () => {
    const change = (command: string, model = 'values') =>
      admin.ask('POST', `/inference/models/${model}/${command}`, 'operator');
    expect(await change('load')).toMatchObject({ status: 200, body: { model: 'values' } });
    expect((await state()).models[0]?.versions[0]?.state).toBe('loaded');
    expect((await change('unload')).status).toBe(200);
    expect((await state()).models[0]?.versions[0]).toMatchObject({ state: 'unloaded', reason: null });
    await expect(infer('values')).rejects.toMatchObject({ code: 'inference.unavailable' });
    expect((await change('load')).status).toBe(200);
    await infer('values');
    expect(await change('unload', 'none')).toMatchObject({ status: 404, body: { code: 'model.missing' } });
    const entries = await admin.storage.audit.list(9, 9);
    expect(entries.map(({ action, subject, outcome }) => [action, subject, outcome])).toEqual([
      ['model.load', 'values', 'done'],
      ['model.unload', 'values', 'done'],
      ['model.load', 'values', 'done'],
    ]);
  });
});
