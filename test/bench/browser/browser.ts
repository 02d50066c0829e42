import { rmSync } from 'node:fs';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel, tableModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { chromium, type Page } from 'playwright-core';
import { chromiumOptions } from '../../chromium.ts';
import { buildPage } from '../../page-build.ts';
import type { BenchmarkOptions, Figures } from '../benchmark.ts';
import { longestTask } from './main-thread.ts';
import { messagesOf, settings, taskPlan, words } from './messages.ts';

const enrolment = 'a token for the browser benchmark';
/** Devices of the masked round beside the page. */
const peers = 9;
const predictions = 200;
/** Trainings of the page and of Node, by turns. */
const turns = 3;

/** What the page offers. */
interface Bench {
  train(): Promise<number[]>;
  predictWhileTraining(count: number): Promise<{ model: number[]; fourParts: number[] }>;
  takePart(): Promise<number[]>;
}

/**
 * The SDK in headless Chromium on WebAssembly with the 1.5 M-parameter keyboard model: ms of a prediction, and of one of all four parts of a
 * hybrid model, while training runs in the page's worker, the longest task of the main thread in a masked round, and training steps beside Node's.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<Figures> {
  if (args.length > 0)
    throw new Error(`The benchmark browser takes no arguments, but got ${args.join(' ')}.`);
  await tf.setBackend('cpu');
  const model = keyboardModel();
  const folder = await buildPage(new URL('./page/', import.meta.url));
  const coordinator = await openCoordinator(folder, model);
  const browser = await chromium.launch(chromiumOptions);
  try {
    const url = `${coordinator.url}/page/`;
    const page = await browser.newPage();
    page.on('pageerror', error => log(`page: ${error.message}`));
    // `waitForFunction` would evaluate text, which the page's policy forbids.
    const ready = new Promise<void>(
      resolve => void page.exposeFunction('ready', resolve).then(() => page.goto(url)),
    );
    await ready;
    const { inPage, onNode, engine } = await compareSpeed(page, model);
    log(`${inPage.toFixed(1)} ms a step in the page, ${onNode.toFixed(1)} ms on Node`);
    const times = await page.evaluate(
      count => (globalThis as unknown as { bench: Bench }).bench.predictWhileTraining(count),
      predictions,
    );
    const [predictMs, fourPartsMs] = [sorted(times.model), sorted(times.fourParts)];
    log(`${at(predictMs, 0.5).toFixed(1)} ms a prediction; four parts ${at(fourPartsMs, 0.5).toFixed(1)} ms`);
    const round = await longestTask(browser, page, () => takePart(page, coordinator));
    return {
      predictMsP50: at(predictMs, 0.5),
      predictMsP95: at(predictMs, 0.95),
      fourPartsMsP50: at(fourPartsMs, 0.5),
      fourPartsMsP95: at(fourPartsMs, 0.95),
      longestMainThreadTaskMs: round.longestMs,
      longestMainThreadTaskCpuMs: round.longestCpuMs,
      longTasks: round.result.length,
      stepsVsNode: onNode / inPage,
      stepMs: { page: inPage, node: onNode },
      engine,
      parameters: model.layout.count,
      predictions,
      cohort: peers + 1,
      browser: `Chromium ${browser.version()}`,
      node: process.version,
    };
  } finally {
    await browser.close();
    await coordinator.stop();
    rmSync(folder, { recursive: true });
  }
}

function keyboardModel(): ModelFiles {
  const model = nextWordModel(tableModel, 1);
  const { topology, layout, weights } = describeModel(model);
  model.dispose();
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

function openCoordinator(folder: string, { hash }: ModelFiles): Promise<Coordinator> {
  const task = defineTask({
    name: 'keyboard',
    model: () => nextWordModel(tableModel, 1),
    plan: taskPlan,
    update: { clip: 1, bits: 8, weighting: 'uniform' },
    masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
    cohort: { goal: peers + 1, minimum: peers + 1, overSelection: 1 },
    deadlines: {
      gathering: '2 min',
      messages: '2 min',
      updates: '5 min',
    },
    uploadSlot: 0,
    schedule: { every: '0 s' },
  });
  const config = parseConfig({
    port: 0,
    enrolmentTokens: [enrolment],
    log: 'silent',
    apps: { '/page/': { folder, documents: { 'setup.json': { enrolment, model: hash } } } },
  });
  return createCoordinator(config, [task], { clock: systemClock, random: systemRandom });
}

/** Median milliseconds of a training step, by turns, so that whatever else the machine does slows both alike. */
async function compareSpeed(page: Page, model: ModelFiles) {
  const trainer = tfjsTrainer(nextWord(new Vocabulary(words)));
  const examples = messagesOf(0);
  const onNode: number[] = [];
  const inPage: number[] = [];
  let engine = '';
  for (let turn = 0; turn <= turns; turn++) {
    const times = await page.evaluate(() => (globalThis as unknown as { bench: Bench }).bench.train());
    let last = 0;
    const own: number[] = [];
    const { path } = await trainer.train(model, settings, examples, new AbortController().signal, () => {
      const now = performance.now();
      if (last > 0) own.push(now - last);
      last = now;
    });
    engine = path!.engine;
    // The first turn compiles.
    if (turn === 0) continue;
    inPage.push(...times);
    onNode.push(...own);
  }
  await trainer.close();
  return { inPage: at(sorted(inPage), 0.5), onNode: at(sorted(onNode), 0.5), engine };
}

/** One masked round of the page among devices that learn nothing, so that the page has the machine to itself. */
async function takePart(page: Page, coordinator: Coordinator): Promise<number[]> {
  const clients = Array.from(
    { length: peers },
    () =>
      new FederatedClient({
        url: coordinator.url,
        tasks: { keyboard: { examples: () => ['a message'], trainer: idleTrainer } },
        storage: memoryStorage(),
        floors: simulatedFloors,
        enrolment,
        consent: 'not-needed',
      }),
  );
  try {
    for (const client of clients) await client.start();
    await coordinator.start();
    return await page.evaluate(() => (globalThis as unknown as { bench: Bench }).bench.takePart());
  } finally {
    for (const client of clients) await client.stop();
  }
}

const idleTrainer: Trainer = {
  train: async ({ layout }) => ({ delta: new Float32Array(layout.count), examples: 1, metrics: {} }),
  close: async () => {},
};

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const at = (values: readonly number[], share: number): number => values[Math.floor(share * values.length)]!;
