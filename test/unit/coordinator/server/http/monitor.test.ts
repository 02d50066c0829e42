import type { MonitoredModel, MonitorState } from '@murmuration/api/monitor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Admin, openAdmin } from './admin.ts';

let admin: Admin;

beforeEach(async () => {
  admin = await openAdmin();
});
afterEach(() => admin.close());

/** Asks twice, with rows around a value. */
async function infer(around: number, rows = 50): Promise<void> {
  const data = Float32Array.from({ length: rows }, (_, row) => around + (row % 10) / 10);
  const x = { name: 'x', datatype: 'FP32', shape: [rows], data } as const;
  for (let i = 0; i < 2; i++) await admin.inference.infer({ model: 'values', protocol: 'oip', inputs: [x] });
}
const hour = 3_600_000;

async function model(): Promise<MonitoredModel> {
  const { status, body } = await admin.ask('GET', '/monitor/values/0', 'viewer');
  expect(status).toBe(200);
  return body as unknown as MonitoredModel;
}

/** Asks what makes a reference. */
async function gather(): Promise<void> {
  await infer(0);
  await model();
}

/** Asks what fills a window, and closes it. */
async function window(around: number): Promise<void> {
  await infer(around);
  await model();
  await admin.clock.advance(hour);
  await infer(around, 1);
  await model();
}

describe('the monitor, for operators', () => {
  it('shows what is compared with what, and which features drifted since when', async () => {
    const before = (await admin.ask('GET', '/monitor', 'viewer')).body as unknown as MonitorState;
    expect(before).toEqual({ isWatching: true, versions: [], told: [] });
    await infer(0);
    expect((await model()).state).toMatchObject({
      model: 'values',
      version: '0',
      reference: { origin: 'traffic', rows: 100 },
      last: null,
    });
    await window(0);
    await window(7);
    const { state, windows, features } = await model();
    expect(state.last).toEqual({ compared: 2, drifted: 2, share: 1, isDrifted: true });
    expect(windows.map(({ number, drifted }) => [number, drifted])).toEqual([
      [2, 2],
      [1, 0],
    ]);
    expect(features.map(({ name, role }) => [name, role])).toEqual([
      ['x', 'feature'],
      ['prediction', 'prediction'],
    ]);
    const { distribution, drift } = features[0]!;
    expect(drift).toMatchObject({ test: 'jensen-shannon', drifted: true });
    expect(distribution!.labels.at(-1)).toMatch(/and more$/);
    expect(distribution!.current.at(-1)).toBeGreaterThan(0.9);
  });

  it('shows a window as a page of its own', async () => {
    await gather();
    await window(7);
    const url = '/v1/admin/monitor/values/0/windows/1';
    const headers = { authorization: `Bearer ${admin.texts.viewer}` };
    const page = await admin.app.inject({ url, headers });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toContain('The data has drifted');
    // Beside the page's own policy, which only its own style passes.
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline';/,
    );
    expect((await admin.app.inject({ url: url.replace(/1$/, '2'), headers })).statusCode).toBe(404);
  });

  it('takes settings of a model from operators, and writes down who changed what', async () => {
    await gather();
    const put = (body: object, by: 'viewer' | 'operator' = 'operator') =>
      admin.ask('PUT', '/monitor/values/settings', by, body);
    expect((await put({ share: 0.2 }, 'viewer')).status).toBe(403);
    for (const wrong of [{ share: 2 }, { every: 5 }, { features: { x: { test: 'magic' } } }, { other: 1 }])
      expect((await put(wrong)).status).toBe(400);
    expect((await put({ share: 1, expected: ['prediction'] })).status).toBe(200);
    await window(7);
    const { own, configured, features, state } = await model();
    expect(own).toEqual({ share: 1, expected: ['prediction'] });
    expect(configured).toMatchObject({ share: 0.5, test: 'jensen-shannon', every: hour });
    expect(features.map(({ isExpected }) => isExpected)).toEqual([false, true]);
    expect(state.last).toMatchObject({ drifted: 1, isDrifted: false });
    const [entry] = await admin.storage.audit.list(9, 1);
    expect(entry).toMatchObject({
      action: 'monitor.settings',
      subject: 'values',
      changes: [
        { field: 'share', from: null, to: 1 },
        { field: 'expected', from: null, to: ['prediction'] },
      ],
    });
  });

  it('compares with a window, a sample or new requests where operators say so', async () => {
    await gather();
    await window(7);
    const refer = (body: object) => admin.ask('POST', '/monitor/values/0/reference', 'operator', body);
    expect((await refer({ window: 1 })).status).toBe(200);
    await window(7);
    expect((await model()).state.last).toMatchObject({ drifted: 0 });
    expect(await refer({ window: 9 })).toMatchObject({ status: 404, body: { code: 'request.not-found' } });
    expect((await refer({ sample: { x: Array.from({ length: 50 }, (_, at) => at) } })).status).toBe(200);
    expect((await model()).state.reference).toMatchObject({ origin: 'sample', rows: 50 });
    for (const wrong of [{ sample: { x: [null] } }, { sample: {} }, { gather: false }, {}])
      expect((await refer(wrong)).status).toBe(400);
    expect((await refer({ gather: true })).status).toBe(200);
    expect((await model()).state.reference).toBeNull();
    expect((await admin.ask('GET', '/monitor/values/7', 'viewer')).status).toBe(404);
  });
});
