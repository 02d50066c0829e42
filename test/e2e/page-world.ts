import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumOptions } from '../chromium.ts';
import { buildPage } from '../page-build.ts';
import { examplesOf } from './examples.ts';
import { vocabulary, words } from './words.ts';

const enrolment = 'an enrolment token of pages';
/** Where screenshots of the run are kept; no part of the repository. */
const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url));
export const clip = 1;
export const bits = 12;

/** `delta` as it leaves a device. */
export function clipped(delta: readonly number[]): readonly number[] {
  const scale = Math.min(1, clip / Math.hypot(...delta));
  return delta.map(value => value * scale);
}

/** What a page said: a kind of event, and what of it. */
interface Said {
  readonly kind: string;
  readonly what: string;
}

/** A page that takes part, and all that it has said. */
export class DevicePage {
  readonly page: Page;
  readonly said: Said[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(page: Page) {
    this.page = page;
  }

  async open(url: string): Promise<this> {
    await this.page.exposeFunction('tell', (kind: string, what: string) => this.hear({ kind, what }));
    await this.page.goto(url);
    return this;
  }

  hear(said: Said): void {
    this.said.push(said);
    for (const look of this.#waiting) look();
  }

  /** The first thing of this kind that is said from `from` on. */
  until(kind: string, what?: string, from = 0): Promise<Said> {
    return new Promise(resolve => {
      const look = () => {
        const found = this.said
          .slice(from)
          .find(said => said.kind === kind && (what ?? said.what) === said.what);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  all(kind: string): string[] {
    return this.said.filter(said => said.kind === kind).map(({ what }) => what);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(artifacts, { recursive: true });
    await this.page.screenshot({ path: `${artifacts}${name}.png` });
  }
}

/** A real coordinator that serves the page, phones of this process, and a browser. */
export class PageWorld {
  readonly coordinator: Coordinator;
  /** What the phones have learned, by phone: all their trainings. */
  readonly learned: Float32Array[] = [];
  readonly #clients: FederatedClient[] = [];
  readonly #contexts: BrowserContext[] = [];
  readonly #browser: Browser;

  private constructor(coordinator: Coordinator, browser: Browser) {
    this.coordinator = coordinator;
    this.#browser = browser;
  }

  /** A world whose rounds take `devices`, all of which must arrive. */
  static async open({ browser, folder }: Stage, devices: number): Promise<PageWorld> {
    const task = defineTask({
      name: 'words',
      model: () => nextWordModel({ vocabulary: vocabulary.size, embedding: 6, gru: 8, dense: 5 }, 1),
      plan: { learningRate: 0.5, epochs: 2, batchSize: 4, maxExamples: 100 },
      update: { clip, bits, weighting: 'uniform' },
      masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
      cohort: { goal: devices, minimum: devices, overSelection: 1 },
      deadlines: {
        gathering: '1 min',
        messages: '1 min',
        updates: '1 min',
      },
      uploadSlot: 0,
      schedule: { every: '0 s' },
    });
    const config = parseConfig({
      port: 0,
      enrolmentTokens: [enrolment],
      log: 'silent',
      apps: { '/page/': { folder, documents: { 'setup.json': { enrolment } } } },
    });
    const coordinator = await createCoordinator(config, [task], { clock: systemClock, random: systemRandom });
    return new PageWorld(coordinator, browser);
  }

  readonly enrolment: string = enrolment;

  async weightsOf(model: ModelHash): Promise<Float32Array> {
    const url = `${this.coordinator.url}/v1/models/${model}/model.json`;
    const json = (await (await fetch(url)).json()) as { weightsManifest: [{ paths: [string] }] };
    const bytes = await (await fetch(new URL(json.weightsManifest[0].paths[0], url))).arrayBuffer();
    return new Float32Array(bytes);
  }

  async firstModel(): Promise<ModelHash> {
    const { models } = await (await fetch(`${this.coordinator.url}/v1/tasks/words/models`)).json();
    return models[0].url.split('/').at(-2);
  }

  get pageUrl(): string {
    return `${this.coordinator.url.replace('127.0.0.1', 'localhost')}/page/`;
  }

  async context(): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ viewport: { width: 390, height: 700 } });
    this.#contexts.push(context);
    return context;
  }

  /** A page of a profile of its own, or of `context`. */
  async page(device: number, context?: BrowserContext): Promise<DevicePage> {
    const page = await (context ?? (await this.context())).newPage();
    return new DevicePage(page).open(`${this.pageUrl}?device=${device}`);
  }

  async phones(count: number): Promise<void> {
    for (let device = 0; device < count; device++) {
      const client = new FederatedClient({
        url: this.coordinator.url,
        tasks: { words: { examples: () => examplesOf(device), trainer: this.#trainer } },
        storage: memoryStorage(),
        floors: simulatedFloors,
        enrolment,
        consent: 'not-needed',
      });
      this.#clients.push(client);
      await client.start();
    }
  }

  /** The records of the next rounds to end, `count` in number. */
  rounds(count: number): Promise<RoundRecord[]> {
    const records: RoundRecord[] = [];
    return new Promise(resolve => {
      const listener = (record: RoundRecord) => {
        if (records.push(record) < count) return;
        this.coordinator.events.off('round-ended', listener);
        resolve(records);
      };
      this.coordinator.events.on('round-ended', listener);
    });
  }

  async close(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    for (const client of this.#clients) await client.stop();
    await this.coordinator.stop();
  }

  get #trainer(): Trainer {
    return {
      ...phoneTrainer,
      train: async (...args) => {
        const result = await phoneTrainer.train(...args);
        this.learned.push(result.delta.slice());
        return result;
      },
      close: async () => {},
    };
  }
}

const phoneTrainer = tfjsTrainer(words);

/** What all worlds of a test file share: a browser, and the bundle of the page. */
export interface Stage {
  readonly browser: Browser;
  readonly folder: string;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  await tf.setBackend('cpu');
  const folder = await buildPage(new URL('./page/', import.meta.url));
  const browser = await chromium.launch(chromiumOptions);
  return {
    browser,
    folder,
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}
