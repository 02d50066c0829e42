// @module-tag chromium
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { firstTrainer } from '@murmuration/client-sdk/training/first-trainer';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as engine from '@murmuration/engine';
import { describeModel } from '@murmuration/engine/models/model';
import type { Objective } from '@murmuration/engine/objective/objective';
import { jsTrainer } from '@murmuration/engine/training/js-trainer';
import type { PlainObjective } from '@murmuration/engine/training/plain-objective';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { type Browser, chromium } from 'playwright-core';
import { type ComponentType, createElement } from 'react';
import { create, type ReactTestInstance, type ReactTestRenderer } from 'react-test-renderer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { buildTraining, typeErrors } from '../example-build.ts';
import { hasHermes, runOnHermes } from '../hermes/engines.ts';
import { metroBundle } from '../react-native/metro.ts';
import { asyncStorageOver, Disk } from '../react-native/stores.ts';
import { ChromiumViews, inAct } from '../react-native/web-view.ts';
import { installXmlHttpRequest } from '../react-native/xml-http-request.ts';
import { eventOf } from './line.ts';

installXmlHttpRequest();

const double = vi.hoisted(() => ({ WebView: undefined as unknown, storage: undefined as unknown }));
vi.mock('react-native', () => import('../react-native/modules/react-native.ts'));
vi.mock('react-native-webview', () => ({
  get WebView() {
    return double.WebView;
  },
}));
vi.mock('@react-native-async-storage/async-storage', () => ({
  get default() {
    return double.storage;
  },
}));

let coordinator: Coordinator;
let browser: Browser;
let views: ChromiumViews;
let shown: ReactTestRenderer;
const clients: FederatedClient[] = [];

beforeAll(async () => {
  buildTraining();
  browser = await chromium.launch(chromiumOptions);
  views = new ChromiumViews(browser, 'document');
  double.WebView = views.view();
  double.storage = asyncStorageOver(new Disk());
  const { default: task } = await import('../../examples/react-native/notes.task.js' as string);
  coordinator = await createCoordinator(parseConfig({ port: 0, openEnrolment: true, log: 'silent' }), [task]);
  await coordinator.start();
});

afterAll(async () => {
  for (const client of clients) await client.stop();
  await inAct(() => shown?.unmount());
  await views?.close();
  await browser?.close();
  await coordinator?.endRounds();
  await coordinator?.stop();
});

const named = (name: string): ReactTestInstance => shown.root.findByProps({ accessibilityLabel: name });
const suggested = (): string[] =>
  named('Suggestions')
    .findAllByType('Text' as never)
    .map(({ props }) => props.children);

it('the note pad learns with two other devices in its hidden web view, and suggests words', async () => {
  const { default: App } = (await import('../../examples/react-native/App.tsx' as string)) as {
    default: ComponentType<{ coordinator: string }>;
  };
  await inAct(() => {
    shown = create(createElement(App, { coordinator: coordinator.url }));
  });
  const texts = ['buy milk and bread', 'call mum on sunday', 'water the plants next week'];
  for (const text of texts) {
    await inAct(() => named('Note').props.onChangeText(text));
    await inAct(() => named('Note').props.onEndEditing());
  }
  const published = eventOf<[RoundRecord]>(
    coordinator.events,
    'round-ended',
    ({ outcome }) => outcome === 'published',
  );
  await inAct(() => named('Learn together').props.onValueChange(true));
  const { notes } = (await import('../../examples/react-native/notes.js' as string)) as {
    notes(from: typeof engine): Objective<string>;
  };
  for (let i = 0; i < 2; i++) {
    const client = new FederatedClient({
      url: coordinator.url,
      tasks: { notes: { examples: () => texts, trainer: tfjsTrainer(notes(engine)) } },
      storage: memoryStorage(),
      floors: simulatedFloors,
      enrolment: 'anybody',
      consent: 'not-needed',
    });
    clients.push(client);
    await client.start();
  }
  const [record] = await published;
  expect(record).toMatchObject({ tally: { cohort: 3, accepted: 3, lost: 0 } });
  await expect.poll(suggested).toHaveLength(3);
  const [word] = suggested();
  const { words } = (await import('../../examples/react-native/words.js' as string)) as { words: string[] };
  expect(words).toContain(word);
  await inAct(() => {
    named('Suggestions').findAllByProps({ accessibilityRole: 'button' })[0]!.props.onPress();
  });
  expect(named('Note').props.value).toBe(`water the plants next week ${word} `);
  expect([views.requests, views.violations]).toEqual([[], []]);
});

it('the note pad has the same update by kernels in JavaScript, where its web view is missing', async () => {
  const { plainNotes, notes } = (await import('../../examples/react-native/notes.js' as string)) as {
    plainNotes: PlainObjective<string>;
    notes(from: typeof engine): Objective<string>;
  };
  const { default: task } = await import('../../examples/react-native/notes.task.js' as string);
  const made = await task.model();
  const { topology, layout, weights } = describeModel(made);
  made.dispose();
  const model = { hash: '0'.repeat(64) as ModelHash, topology, layout, weights };
  const texts = ['buy milk and bread', 'call mum on sunday', 'water the plants next week'];
  const train = (trainer: ReturnType<typeof tfjsTrainer>) =>
    trainer.train(model, task.training, texts, new AbortController().signal, () => {});
  const missing = () => 'no web view is shown';
  const phone = firstTrainer([
    { name: 'a hidden web view', trainer: tfjsTrainer(notes(engine)), missing },
    { name: 'kernels in JavaScript', trainer: jsTrainer(plainNotes) },
  ]);
  const ours = await train(phone);
  expect(ours.path?.reason).toContain('not a hidden web view: no web view is shown');
  expect(ours.delta).toEqual((await train(tfjsTrainer(notes(engine)))).delta);
  expect(ours.delta.some(value => value !== 0)).toBe(true);
});

describe('the example of React Native', () => {
  const out = mkdtempSync(join(tmpdir(), 'murmuration-metro-'));
  let bundle: string;

  beforeAll(async () => {
    bundle = await metroBundle('react-native', join(out, 'bundle.js'));
  });
  afterAll(() => rmSync(out, { recursive: true }));

  it('has types that fit, those of React Native, of its web view and of its storage included', () => {
    expect(typeErrors('react-native')).toEqual([]);
  });

  it('is bundled by Metro: with the page of the web view as a text, and nothing of TensorFlow.js besides', () => {
    const page = /"<!doctype html>[^\n]*"/.exec(bundle)![0];
    expect(page).toContain('Shape of tensor');
    expect(bundle.replace(page, '')).not.toContain('Shape of tensor');
  });

  it('registers the app, in a realm that has as little as Hermes', () => {
    const context = createContext({});
    runInContext('delete globalThis.WebAssembly', context);
    runInContext(bundle, context);
    expect(context.registered).toBe('notes: function');
  });

  it.skipIf(!hasHermes)(
    'registers the app on Hermes',
    async () => {
      // React Native puts a console into its engine.
      const console = 'globalThis.console = { debug() {}, error() {}, info() {}, log() {}, warn() {} };';
      const { printed } = await runOnHermes(`${console}${bundle};print(globalThis.registered);`);
      expect(printed).toBe('notes: function');
    },
    300_000,
  );
});
