// @module-tag chromium
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tfjsInference } from '@murmuration/client-sdk/hybrid/tfjs-inference';
import { webViewPage } from '@murmuration/client-sdk/web-view';
import { workerTrainer } from '@murmuration/client-sdk/worker/thread-trainer';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import * as engine from '@murmuration/engine';
import { describeModel } from '@murmuration/engine/models/model';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import { decodeModel, encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bundleSdk } from '../../scripts/bundle.mjs';
import { chromiumOptions } from '../chromium.ts';
import { ChromiumViews, wordsPage } from '../react-native/web-view.ts';
import { examplesOf } from './examples.ts';
import { vocabulary, words } from './words.ts';

let browser: Browser;
let page: string;
let model: ModelFiles;
let inNode: TrainingResult;
let views: ChromiumViews;
/** A page that says nothing, and what it was asked: the seconds that it has pass while other tests run. */
let silent: { readonly views: ChromiumViews; readonly asked: Promise<unknown> };

const settings = {
  learningRate: 0.5,
  epochs: 2,
  batchSize: 4,
  maxExamples: 100,
  seed: 7,
  proximal: 0,
  gradientClip: null,
} as const;
const never = new AbortController().signal;

beforeAll(async () => {
  await tf.setBackend('cpu');
  page = await wordsPage();
  const made = nextWordModel({ vocabulary: vocabulary.size, embedding: 6, gru: 8, dense: 5 }, 1);
  const { topology, layout, weights } = describeModel(made);
  const { hash, json, weights: bytes } = encodeModel(topology, layout, weights);
  model = decodeModel(hash, json, bytes);
  const worker = workerTrainer(new URL('../react-native/words-objective.ts', import.meta.url));
  inNode = await worker.train(model, settings, examplesOf(0), never, () => {});
  await worker.close();
  browser = await chromium.launch(chromiumOptions);
  const views = new ChromiumViews(browser, 'window');
  const trainer = await views.trainer(webViewPage('fetch("https://attacker.example/").catch(() => {})'));
  const asked = trainer.train(model, settings, examplesOf(0), never, () => {});
  asked.catch(() => {});
  silent = { views, asked };
});
afterAll(async () => {
  await silent?.views.close();
  await browser?.close();
});
afterEach(() => views?.close());

it.each(['window', 'document'] as const)(
  'trains in a hidden web view that tells its %s of messages as a Node worker does, and loads nothing',
  async target => {
    views = new ChromiumViews(browser, target);
    const trainer = await views.trainer(page);
    const told: number[] = [];
    const result = await trainer.train(model, settings, examplesOf(0), never, done => void told.push(done));
    // Not a bit apart: both run the fused kernels, which give the same bytes on every machine.
    expect(result.delta).toEqual(inNode.delta);
    expect({ ...result.metrics }).toEqual(inNode.metrics);
    expect(result.path).toEqual({
      ...inNode.path,
      reason: `${inNode.path!.reason}; in a hidden web view`,
    });
    expect(told.at(-1)).toBe(1);
    expect([views.requests, views.violations]).toEqual([[], []]);
    const opened = await trainer.inference.open(model);
    const here = await tfjsInference(words.serving!).open(model);
    expect(await opened.predict('the cat')).toEqual(await here.predict('the cat'));
    await expect(opened.predict(7)).rejects.toMatchObject({ code: 'hybrid.input' });
  },
);

it('is killed in the middle of a training, and begins it again, with the same result, once', async () => {
  views = new ChromiumViews(browser, 'window');
  const trainer = await views.trainer(page);
  const long = { ...settings, epochs: 50 };
  let results = 0;
  let heard = () => {};
  const underWay = new Promise<void>(resolve => {
    heard = resolve;
  });
  const training = trainer.train(model, long, examplesOf(0), never, done => void (done > 0 && heard()));
  void training.then(() => {
    results += 1;
  });
  await underWay;
  await views.shown[0]!.kill();
  const result = await training;
  const worker = workerTrainer(new URL('../react-native/words-objective.ts', import.meta.url));
  const expected = await worker.train(model, long, examplesOf(0), never, () => {});
  await worker.close();
  expect(result.delta).toEqual(expected.delta);
  expect([views.shown.length, results]).toEqual([2, 1]);
});

it('opens its models again after its process has ended', async () => {
  views = new ChromiumViews(browser, 'document');
  const trainer = await views.trainer(page);
  const opened = await trainer.inference.open(model);
  const before = await opened.predict('the cat');
  await views.shown[0]!.kill();
  expect(await opened.predict('the cat')).toEqual(before);
  expect(views.shown).toHaveLength(2);
});

it('takes nothing from another origin: neither a frame or a window in the page, nor a page in its place', async () => {
  views = new ChromiumViews(browser, 'window');
  const trainer = await views.trainer(page);
  const training = trainer.train(model, settings, examplesOf(0), never, () => {});
  await views.until(() => views.shown[0]?.posted.some(text => text.includes(' read ')) === true);
  // The training is not over before the attacks are, however long they take.
  views.shown[0]!.isMute = true;
  const { page: first, posted } = views.shown[0]!;
  // What a script of the page may do that is not the page's own: its messages have a source, and the page passes over them.
  const framed = await first.evaluate(async () => {
    window.postMessage('murmuration/1 hello attacker', '*');
    const frame = document.createElement('iframe');
    frame.src = 'https://attacker.example/';
    document.body.append(frame);
    return new Promise(resolve => setTimeout(() => resolve(document.querySelectorAll('iframe').length)));
  });
  expect(framed).toBe(1);
  expect(views.requests).toEqual([]);
  expect(posted.filter(text => text.includes('attacker'))).toEqual([]);
  // A page of another origin that knows the whole of the bridge, the token as well: nothing of it counts, and the page is shown again.
  await first.context().unroute('**/*');
  await first
    .context()
    .route('**/*', route => route.fulfill({ contentType: 'text/html', body: '<title>attacker</title>' }));
  const token = /murmuration\/1 ([0-9a-f]{32}) /.exec(posted.find(text => / read /.test(text))!)![1];
  await first.goto('https://attacker.example/');
  await first.evaluate(token => {
    const bridge = (window as unknown as { ReactNativeWebView: { postMessage(text: string): void } })
      .ReactNativeWebView;
    bridge.postMessage(`murmuration/1 ${token} chunk 0 0 0 1 0 AAAA`);
  }, token);
  const result = await training;
  expect(views.shown).toHaveLength(2);
  expect(result.examples).toBe(inNode.examples);
});

/** An objective as an app writes it by hand: the next id of each row of ids. */
const nextId = ({ softmaxLoss, tf }: Pick<typeof engine, 'softmaxLoss' | 'tf'>): Objective<number[]> => ({
  encode: rows => ({
    size: rows.length,
    steps: rows[0]!.length - 1,
    batch(chosen) {
      const of = Array.from(chosen, row => rows[row]!);
      return {
        inputs: tf.tensor2d(
          of.map(row => row.slice(0, -1)),
          undefined,
          'int32',
        ),
        labels: tf.tensor2d(
          of.map(row => row.slice(1)),
          undefined,
          'int32',
        ),
        weights: tf.ones([of.length, of[0]!.length - 1]),
      };
    },
  }),
  loss: softmaxLoss,
});

it('needs no bundler: the SDK has a script for pages that an app writes by hand', async () => {
  views = new ChromiumViews(browser, 'window');
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-bundle-'));
  const bundle = await readFile(join(await bundleSdk(folder), 'web-view.js'), 'utf8');
  await rm(folder, { recursive: true });
  const script = `${bundle};murmuration.serveWebView((${nextId})(murmuration));`;
  const trainer = await views.trainer(webViewPage(script));
  const rows = [0, 1, 2].map(i => [1, 2, 3, 4 + i, 5]);
  const result = await trainer.train(model, settings, rows, never, () => {});
  const expected = await tfjsTrainer(nextId(engine)).train(model, settings, rows, never, () => {});
  expect(result.path!.engine).toBe('fused');
  expect(result.delta).toEqual(expected.delta);
  expect([views.requests, views.violations]).toEqual([[], []]);
});

it('says within seconds why a script does not run, and that one serves nothing', async () => {
  views = new ChromiumViews(browser, 'window');
  const broken = await views.trainer(webViewPage('missing()'));
  await expect(broken.train(model, settings, examplesOf(0), never, () => {})).rejects.toMatchObject({
    code: 'training.failed',
    detail: expect.stringContaining('missing is not defined'),
  });
  await expect(silent.asked).rejects.toMatchObject({
    code: 'training.no-answer',
    detail: expect.stringContaining('has to call serveWebView'),
  });
  expect([views.requests, silent.views.requests]).toEqual([[], []]);
});
