import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { type Asking, agreedWords } from '@murmuration/demo/demonstration/agreed-words';
import { Display } from '@murmuration/demo/demonstration/display';
import { keptHead } from '@murmuration/demo/demonstration/kept-head';
import { Phones } from '@murmuration/demo/phones/phones';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { lossesIn } from '@murmuration/simulations/behaviour/losses';
import { smsText } from '@murmuration/simulations/data/sms';
import { openStorage } from '@murmuration/storage/storage';
import { phonesByWord, wordsOf } from '@murmuration/studies/vocabulary/words';
import { phonesAsked, wordsTask, wordThreshold } from '@murmuration/studies/vocabulary/words-task';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { codeOfPromise } from '../../../codes.ts';

const devices = 10;
const all = smsText();
const text = {
  ...all,
  phones: all.phones.slice(0, devices).map(phone => ({ ...phone, train: phone.train.slice(0, 60) })),
};
const lines: string[] = [];
const display = new Display({
  write: (line: string) => lines.push(line) > 0,
} as unknown as NodeJS.WriteStream);
const enrolmentToken = 'the token of these phones';
let kept: string;

beforeEach(async () => {
  lines.length = 0;
  kept = await mkdtemp(join(tmpdir(), 'murmuration-words-'));
});
afterEach(() => rm(kept, { recursive: true }));

/** Opens the storage that the folder has, and asks once. */
async function ask(phones: Asking['phones']) {
  const storage = await openStorage(join(kept, 'coordinator'), systemClock);
  try {
    const found = await agreedWords({
      options: { devices },
      text,
      kept,
      storage,
      phones,
      enrolmentToken,
      random: systemRandom,
      display,
    });
    return { found, words: await keptHead(storage, wordsTask(devices).name) };
  } finally {
    await storage.close();
  }
}

const nobody: Asking['phones'] = {
  answer: async () => expect.unreachable('these phones were asked before'),
  rest: async () => {},
};

it('has the words that phones agree on, by what they say over sockets, and asks nobody again', async () => {
  const phones = new Phones({
    enrolmentToken,
    seed: 1,
    kept: null,
    engine: 'generic',
    losses: lossesIn('updates', 0),
    phones: text.phones.map(({ train: messages }, number) => ({ number, messages })),
  });
  const { found, words } = await ask(phones).finally(() => phones.stop());
  const by = phonesByWord(text.phones.map(({ train }) => wordsOf(train)));
  expect(found.words.length).toBeGreaterThan(0);
  expect(found.words.filter(word => by.get(word)! < 3)).toEqual([]);
  const counts = found.words.map(word => by.get(word)!);
  expect(found.figures).toMatchObject({ words: counts.length, phones: 3, threshold: 3 });
  expect(found.figures.coverage).toBeLessThanOrEqual(found.figures.pooledCoverage);
  expect(lines.join('')).toContain(`3 phones agree on ${counts.length} words`);
  // What they said is a result of a task that operators see, beside the keyboard.
  expect(words?.model.layout.count).toBe(2);

  lines.length = 0;
  const again = await ask(nobody);
  expect(again.found).toEqual(found);
  expect(lines.join('')).toContain(`3 phones agreed on ${counts.length} words`);

  await writeFile(join(kept, 'vocabulary.json'), '{"words":[]}');
  expect(await codeOfPromise(ask(nobody))).toBe('storage.corrupt');
});

it('refuses a storage whose models know words that it does not have', async () => {
  const storage = await openStorage(join(kept, 'coordinator'), systemClock);
  const keyboard = { ...wordsTask(devices), name: 'keyboard' as TaskName };
  const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken] });
  const coordinator = await createCoordinator(config, [keyboard], {
    clock: systemClock,
    random: systemRandom,
    storage,
  });
  await coordinator.stop();
  await storage.close();
  expect(await codeOfPromise(ask(nobody))).toBe('config.invalid');
  expect(lines).toEqual([]);
});

it('asks for more phones the more are asked, and never for fewer than three', () => {
  expect(phonesAsked(280)).toBe(150);
  expect([3, 20, 60].map(wordThreshold)).toEqual([3, 3, 5]);
  const thresholds = [3, 10, 280].map(many => wordsTask(many).queries.map(({ query }) => query.threshold));
  expect(thresholds).toEqual([
    [3, 3],
    [3, 3],
    [5, 5],
  ]);
});
