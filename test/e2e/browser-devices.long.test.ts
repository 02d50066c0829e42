// @module-tag chromium
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bits, clip, clipped, openStage, PageWorld, type Stage } from './page-world.ts';

let stage: Stage;
let world: PageWorld;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());
afterEach(() => world?.close());

describe('pages as devices, under the strict policy with which a coordinator serves them', () => {
  it('two tabs and ten phones finish a masked round, and the model moves by the mean of what they learned', async () => {
    world = await PageWorld.open(stage, 12);
    await world.phones(10);
    const pages = [await world.page(10), await world.page(11)];
    const before = await world.weightsOf(await world.firstModel());
    const ended = world.rounds(1);
    await world.coordinator.start();
    const [record] = await ended;
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 12 } });
    for (const page of pages) {
      await page.until('round', 'counted');
      expect(page.all('violation')).toEqual([]);
      expect(page.all('error')).toEqual([]);
      expect(page.all('engine')).toContain('fused');
    }
    const deltas = [
      ...world.learned.slice(0, 10).map(delta => [...delta]),
      ...pages.map(page => JSON.parse(page.all('learned')[0]!) as number[]),
    ].map(clipped);
    const after = await world.weightsOf(record!.model!);
    const { step } = quantizationFor(before.length, { clip, bits, weightCap: 1, largestCohort: 12 });
    const moved = after.map((value, i) => value - before[i]!);
    const error = Math.hypot(
      ...moved.map((value, i) => value - deltas.reduce((sum, delta) => sum + delta[i]!, 0) / 12),
    );
    // Each value is rounded to a neighbouring step at random, and nothing else is lost.
    expect(error).toBeLessThanOrEqual(step * Math.sqrt(before.length));
    expect(Math.hypot(...moved)).toBeGreaterThan(10 * error);
    await pages[0]!.screenshot('page-after-a-round');
  });

  it.each(['uploading', 'agreement', 'unmasking'])(
    'goes on with its round where the page is reloaded while it is at %s, its update masked',
    async phase => {
      world = await PageWorld.open(stage, 4);
      await world.phones(3);
      const page = await world.page(3);
      const ended = world.rounds(1);
      await world.coordinator.start();
      await page.until('round', phase);
      await page.page.reload();
      const [record] = await ended;
      expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 4, lost: 0 } });
      expect(page.all('error')).toEqual([]);
    },
    120_000,
  );

  it.each(['keys', 'shares', 'training'])(
    'SA11: leaves its round where the page is reloaded at %s, before it has masked, and takes part in the next',
    async phase => {
      world = await PageWorld.open(stage, 4);
      await world.phones(3);
      const page = await world.page(3);
      const ended = world.rounds(2);
      await world.coordinator.start();
      await page.until('round', phase);
      await page.page.reload();
      const [, next] = await ended;
      expect(next).toMatchObject({ outcome: 'published', tally: { accepted: 4, lost: 0 } });
      expect(page.all('error')).toEqual([]);
    },
    120_000,
  );

  it('goes on with its round after it was offline', async () => {
    world = await PageWorld.open(stage, 4);
    await world.phones(3);
    const page = await world.page(3);
    const ended = world.rounds(1);
    await world.coordinator.start();
    await page.until('round', 'shares');
    await page.page.context().setOffline(true);
    await page.screenshot('page-offline');
    await page.page.context().setOffline(false);
    const [record] = await ended;
    expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 4 } });
  });

  it('of two tabs of one profile one takes part, and the other once that is closed', async () => {
    world = await PageWorld.open(stage, 4);
    await world.phones(3);
    const context = await world.context();
    const first = await world.page(3, context);
    await first.until('connected');
    const second = await world.page(3, context);
    await second.until('role', 'standby');
    const [one, two] = [world.rounds(1), world.rounds(2)];
    await world.coordinator.start();
    await one;
    expect(second.all('connected')).toEqual([]);
    await second.screenshot('page-standby');
    await first.page.close();
    await second.until('role', 'active');
    await second.until('round', 'counted');
    expect((await two).map(({ outcome }) => outcome)).toEqual(['published', 'published']);
  });

  it('says that the browser gives no more room, and takes part once it does', async () => {
    world = await PageWorld.open(stage, 4);
    await world.phones(3);
    const context = await world.context();
    const blank = await context.newPage();
    await blank.goto(`${world.pageUrl}setup.json`);
    const cdp = await context.newCDPSession(blank);
    const { origin } = new URL(world.pageUrl);
    await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
    const page = await world.page(3, context);
    await page.until('error', 'storage.full');
    await page.screenshot('page-without-room');
    await cdp.send('Storage.overrideQuotaForOrigin', { origin });
    const ended = world.rounds(1);
    await world.coordinator.start();
    await page.page.reload();
    expect((await ended)[0]).toMatchObject({ outcome: 'published', tally: { accepted: 4 } });
  });
});
