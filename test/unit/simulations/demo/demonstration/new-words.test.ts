import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepWords, keptWords } from '@murmuration/demo/demonstration/kept-words';
import * as tf from '@murmuration/engine/tfjs/tf';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { growWeights } from '@murmuration/protocol/weights/growth';
import { Registry } from '@murmuration/rounds/registry/registry';
import { ensureFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { keyboardTask } from '@murmuration/studies/keyboard/task';
import { version0 } from '@murmuration/studies/pretraining/version0';
import { beforeAll, expect, it } from 'vitest';

beforeAll(async () => void (await tf.setBackend('cpu')));

const settings = {
  cohort: 5,
  devices: 10,
  overSelection: 1.3,
  seed: 1,
  masking: 'on',
  graph: 'sparse',
  lose: 0,
} as const;

it('VG1: the keyboard of the demonstration grows by the words that are appended to those that its storage keeps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-words-'));
  try {
    const history = memoryHistory();
    const registry = new Registry(memoryBlobs(), history);
    const start = async () => {
      const { words } = (await keptWords(folder))!;
      const model = () => version0(words);
      const task = keyboardTask({ ...settings, heldOut: { words, messages: [] }, model, vocabulary: words });
      await ensureFirstVersion({ ...task, evaluator: null }, registry, history, new VirtualClock());
      return registry.current(task.name);
    };
    const known = { words: ['you', 'see', 'home', 'now'], phones: 30, threshold: 10 };
    await keepWords(folder, known);
    const before = await start();
    await keepWords(folder, { ...known, words: [...known.words, 'netherfield', 'brighton'] });
    const after = await start();
    expect(after.head.version).toMatchObject({ number: 1, parent: before.head.version.model });
    expect(after.files.weights).toEqual(
      growWeights(before.files.weights, before.files.layout, after.files.layout, known.words.length),
    );
    await keepWords(folder, { ...known, words: ['netherfield', ...known.words, 'brighton', 'london'] });
    await expect(start()).rejects.toMatchObject({ code: 'config.invalid' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
