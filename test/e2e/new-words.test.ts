import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { growableWords, nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { growingTask } from '@murmuration/rounds/vocabulary/growing-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { afterEach, expect, it } from 'vitest';
import { putOn } from '../sides.ts';
import { command } from './kept-commands.ts';
import { enrolmentToken, eventOf } from './line.ts';

const { text: token, proof } = mintToken('operator', systemRandom, native);
const first = ['see', 'you', 'at', 'home'];
/** So many on each side that each piece of a word that all have is said by some. */
const devices = 16;

let cleanUp: (() => Promise<unknown>)[] = [];
async function end(): Promise<void> {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
}
afterEach(end);

const query = defineQuery({
  name: 'new-words',
  kind: 'heavy-hitters',
  threshold: 3,
  values: 10,
  texts: 20,
  buckets: 256,
  bytes: 16,
});

const task = () =>
  growingTask(first, { query: 'new-words', most: 3, atOnce: 3 }, words => ({
    name: 'keyboard',
    model: () => nextWordModel({ vocabulary: 4 + words.length, embedding: 4, gru: 4, dense: null }, 1),
    plan: { learningRate: 0.1 },
    update: { clip: 15, bits: 8 },
    masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
    cohort: { goal: devices, minimum: 12, overSelection: 1 },
    deadlines: { gathering: '2 min', messages: '2 min', updates: '2 min' },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    queries: [{ query, every: '7 d' }],
  }));

async function start(storage: string) {
  const operatorTokens = [
    { id: proof.id, name: 'Ada', role: 'operator' as const, sha256: hex(proof.digest) },
  ];
  const config = parseConfig({
    port: 0,
    enrolmentTokens: [enrolmentToken],
    log: 'silent',
    storage,
    operatorTokens,
  });
  const coordinator = await createCoordinator(config, [task()], {
    clock: systemClock,
    random: systemRandom,
  });
  cleanUp.push(() => coordinator.stop());
  const run = async (...args: string[]) => {
    const { code, output, errors } = await command(['vocabulary', ...args], {
      MURMURATION_TOKEN: token,
      MURMURATION_URL: coordinator.url,
    });
    expect([code, errors]).toEqual([0, '']);
    return output;
  };
  const words = async () =>
    (await (await fetch(`${coordinator.url}/v1/tasks/keyboard/vocabulary`)).json()).words as string[];
  return { coordinator, run, words };
}

it('VG11, VG12: devices are asked for words, an operator adds some, and the model grows by them at the next start', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-words-'));
  try {
    const { coordinator, run, words } = await start(folder);
    await coordinator.control.pause(task().name);
    const vocabulary = new Vocabulary(first);
    for (let index = 0; index < 2 * devices; index++) {
      // Everybody types two words that the vocabulary lacks, and each one of their own.
      const texts = ['brighton', 'netherfield', `own${'abcdefghijklmnop'[index % devices]}`];
      const storage = memoryStorage();
      await putOn(index < devices ? 'sketches' : 'counts', 'new-words', storage, index);
      const client = new FederatedClient({
        url: coordinator.url,
        storage,
        enrolment: enrolmentToken,
        consent: 'not-needed',
        floors: simulatedFloors,
        tasks: {
          keyboard: {
            examples: () => ['see you at home'],
            trainer: tfjsTrainer(nextWord(vocabulary)),
            growable: growableWords,
            answers: { 'new-words': { kinds: ['heavy-hitters'], answer: () => ({ texts, times: 1 }) } },
          },
        },
      });
      cleanUp.push(() => client.stop());
      await client.start();
    }
    await coordinator.start();
    const rounds: RoundRecord[] = [];
    coordinator.events.on('round-ended', record => rounds.push(record));
    await coordinator.control.ask(task().name, 'new-words');
    await eventOf(coordinator.events, 'round-ended', () => rounds.length === 2);
    expect(rounds.map(({ outcome }) => outcome)).toEqual(['published', 'published']);

    const shown = await run('show', 'keyboard');
    expect(shown).toMatch(/^keyboard knows 4 words\.$/m);
    expect(shown).toMatch(/^2 words are proposed:$/m);
    expect(shown).toMatch(/^brighton +16 +2 /m);
    // Nobody sees what one device typed.
    expect(shown).not.toContain('own');
    // Nothing is added by itself.
    expect(await words()).toEqual(first);
    expect(await run('grow', 'keyboard', 'netherfield')).toContain(
      'Added to the vocabulary of keyboard: netherfield.',
    );
    expect(await run('grow', 'keyboard')).toContain('keyboard: brighton.');
    expect(await run('grow', 'keyboard')).toContain('Nothing was added');
    expect(await run('show', 'keyboard')).toContain(
      'when the coordinator starts next: netherfield, brighton.',
    );
    expect(await words()).toEqual(first);
    const audit = await fetch(`${coordinator.url}/v1/admin/audit`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect((await audit.json()).entries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          action: 'vocabulary.grow',
          subject: 'keyboard',
          changes: [{ field: 'vocabulary', from: null, to: ['netherfield'] }],
        }),
      ]),
    );
    await end();

    const second = await start(folder);
    expect(await second.words()).toEqual([...first, 'netherfield', 'brighton']);
    const { models } = await (await fetch(`${second.coordinator.url}/v1/tasks/keyboard/models`)).json();
    expect(models).toMatchObject([
      { number: 1, round: null, words: 6 },
      { number: 0, words: 4 },
    ]);
    expect(await second.run('show', 'keyboard')).toMatch(/There is room for 1\.\n2 were added in all/);
    // An app that knew more words than the version that rounds go on from would train no more.
    const rolledBack = await command(['models', 'rollback', 'keyboard@0'], {
      MURMURATION_TOKEN: token,
      MURMURATION_URL: second.coordinator.url,
    });
    expect(rolledBack).toMatchObject({ code: 0, errors: '' });
    expect(await second.words()).toEqual(first);
  } finally {
    await end();
    await rm(folder, { recursive: true, force: true });
  }
});
