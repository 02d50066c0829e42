// @module-tag chromium
import { asyncStorage, FederatedClient } from '@murmuration/client-sdk/react-native';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { asyncStorageOver, Disk } from '../react-native/stores.ts';
import { ChromiumViews, wordsPage } from '../react-native/web-view.ts';
import { installXmlHttpRequest } from '../react-native/xml-http-request.ts';
import { examplesOf } from './examples.ts';
import { bits, clip, clipped, openStage, PageWorld, type Stage } from './page-world.ts';

installXmlHttpRequest();

let stage: Stage;
let html: string;
let world: PageWorld | undefined;
const clients: FederatedClient[] = [];
const views: ChromiumViews[] = [];

beforeAll(async () => {
  stage = await openStage();
  html = await wordsPage();
});
afterAll(() => stage?.close());
afterEach(async () => {
  for (const client of clients) await client.stop();
  for (const each of views) await each.close();
  await world?.close();
});

/** A phone whose web view trains, and what it has learned and told. */
async function phone(
  target: 'window' | 'document',
  device: number,
  { coordinator, enrolment }: PageWorld,
  onProgress: (view: ChromiumViews) => void = () => {},
) {
  const view = new ChromiumViews(stage.browser, target);
  views.push(view);
  const trainer = await view.trainer(html);
  const learned: number[][] = [];
  const engines: string[] = [];
  const errors: string[] = [];
  const client = new FederatedClient(
    {
      url: coordinator.url,
      tasks: {
        words: {
          examples: () => examplesOf(device),
          trainer: {
            ...trainer,
            async train(model, settings, examples, signal, progress) {
              const result = await trainer.train(model, settings, examples, signal, done => {
                progress(done);
                onProgress(view);
              });
              learned.push([...result.delta]);
              return result;
            },
          },
        },
      },
      storage: asyncStorage(asyncStorageOver(new Disk()), `device ${device}`),
      enrolment,
      consent: 'not-needed',
      floors: simulatedFloors,
    },
    {
      os: target === 'window' ? 'ios' : 'android',
      getRandomValues: bytes => bytes.set(systemRandom(bytes.length)),
    },
  );
  clients.push(client);
  client.on('engine', ({ engine, reason }) => engines.push(`${engine}: ${reason}`));
  client.on('error', ({ code }) => errors.push(code));
  await client.start();
  return { view, learned, engines, errors };
}

it('SA10: two processes, two pages and two web views finish a masked round, one view killed in training: the sum is exact', async () => {
  world = await PageWorld.open(stage, 6);
  await world.phones(2);
  const pages = [await world.page(2), await world.page(3)];
  let kill: Promise<void> | undefined;
  const killed = await phone('window', 4, world, view => {
    kill ??= view.shown[0]!.kill();
  });
  const other = await phone('document', 5, world);
  const before = await world.weightsOf(await world.firstModel());
  const ended = world.rounds(1);
  await world.coordinator.start();
  const [record] = await ended;
  await kill;
  expect(kill).toBeDefined();
  expect(record).toMatchObject({ outcome: 'published', tally: { accepted: 6, lost: 0 } });
  expect([killed.view.shown.length, other.view.shown.length]).toEqual([2, 1]);
  for (const { errors, engines, learned } of [killed, other]) {
    expect(errors).toEqual([]);
    expect(engines).toEqual([expect.stringMatching(/^fused: .*; in a hidden web view$/)]);
    expect(learned).toHaveLength(1);
  }
  for (const page of pages) await page.until('round', 'counted');
  const deltas = [
    ...world.learned.slice(0, 2).map(delta => [...delta]),
    ...pages.map(page => JSON.parse(page.all('learned')[0]!) as number[]),
    ...[killed, other].map(({ learned }) => learned[0]!),
  ].map(clipped);
  const after = await world.weightsOf(record!.model!);
  const { step } = quantizationFor(before.length, { clip, bits, weightCap: 1, largestCohort: 6 });
  const moved = after.map((value, i) => value - before[i]!);
  const error = (of: readonly (readonly number[])[]) =>
    Math.hypot(...moved.map((value, i) => value - of.reduce((sum, delta) => sum + delta[i]!, 0) / 6));
  // Each value is rounded to a neighbouring step at random, and nothing else is lost.
  const rounding = step * Math.sqrt(before.length);
  expect(error(deltas)).toBeLessThanOrEqual(rounding);
  // An update that is missing, or in the sum twice, would be seen.
  for (const delta of deltas) {
    expect(error(deltas.filter(each => each !== delta))).toBeGreaterThan(10 * rounding);
    expect(error([...deltas, delta])).toBeGreaterThan(10 * rounding);
  }
}, 180_000);
