import type { ClientOptions } from '@murmuration/client-sdk/client/options';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { describe, expect, it } from 'vitest';
import { StillTrainer } from '../device.ts';

const task = { examples: () => [], trainer: new URL('file:///objective.js') };
const good = {
  url: 'https://learn.example.org',
  tasks: { keyboard: task },
  storage: memoryStorage(),
  enrolment: 'token',
};

/** What an app in plain JavaScript is told; nothing where its options are good. */
function told(options: unknown): string {
  try {
    new FederatedClient(options as ClientOptions);
    return '';
  } catch (error) {
    if (!(error instanceof MurmurationError)) throw error;
    expect(error.code).toBe('options.invalid');
    return error.detail;
  }
}
const ofFloors = (floors: unknown) => told({ ...good, floors });
const ofTask = (change: object) => told({ ...good, tasks: { keyboard: { ...task, ...change } } });

describe('the options of a client', () => {
  it('are good', () => {
    expect(told(good)).toBe('');
    expect(told({ ...good, url: new URL('https://example.org/learn') })).toBe('');
    expect(
      told({ ...good, enrolment: async () => 'token', certificate: async () => new Uint8Array(64) }),
    ).toBe('');
    expect(ofTask({ trainer: new StillTrainer(), privateLayers: ['a'], growable: { 'a/b': 3 } })).toBe('');
    expect(ofTask({ hybrid: { serving: {}, margin: Number.POSITIVE_INFINITY, remote: true } })).toBe('');
    expect(told({ ...good, floors: undefined, certificate: undefined })).toBe('');
  });

  it.each([
    [undefined, 'options has to be an object, not undefined.'],
    [null, 'options has to be an object, not object.'],
    [{ ...good, flors: {} }, 'There is no option options.flors. Did you mean "floors"?'],
    [{ ...good, floor: {} }, 'There is no option options.floor. Did you mean "floors"?'],
    [{ ...good, zzzzzzzz: 1 }, 'There is no option options.zzzzzzzz.'],
    [
      { ...good, url: 7 },
      'options.url has to be an http or https address, such as "https://learn.example.org", not 7.',
    ],
    [
      { ...good, url: 'localhost:8800' },
      'options.url has to be an http or https address, such as "https://learn.example.org", not "localhost:8800".',
    ],
    [{ ...good, tasks: undefined }, 'options.tasks has to be an object of tasks, by name, not undefined.'],
    [{ ...good, storage: {} }, 'options.storage has to be a storage, not object.'],
    [{ ...good, enrolment: '' }, 'options.enrolment has to be a token, or a function that gets one, not "".'],
    [
      { ...good, enrolment: undefined },
      'options.enrolment has to be a token, or a function that gets one, not undefined.',
    ],
    [{ ...good, certificate: 'x' }, 'options.certificate has to be a function, not "x".'],
    [{ ...good, floors: null }, 'options.floors has to be an object, not object.'],
  ])('%o: %s', (options, text) => expect(told(options)).toBe(text));

  it.each([
    [{ exmaples: () => [] }, 'There is no option options.tasks.keyboard.exmaples. Did you mean "examples"?'],
    [{ examples: [] }, 'options.tasks.keyboard.examples has to be a function, not object.'],
    [
      { trainer: {} },
      'options.tasks.keyboard.trainer has to be the URL of a module, or a trainer: train and close, not object.',
    ],
    [
      { privateLayers: [''] },
      'options.tasks.keyboard.privateLayers has to be a list of names of layers, not object.',
    ],
    [
      { growable: { a: 0 } },
      'options.tasks.keyboard.growable has to be the most rows of each tensor, by its name, not object.',
    ],
    [
      { hybrid: { serving: {}, margni: 1 } },
      'There is no option options.tasks.keyboard.hybrid.margni. Did you mean "margin"?',
    ],
    [
      { hybrid: { serving: {}, margin: Number.NaN } },
      'options.tasks.keyboard.hybrid.margin has to be a number from 0, or Infinity, not number.',
    ],
    [
      {
        hybrid: { serving: {}, prior: { weights: { 'ngram-cache': 0.6, 'fine-tuned': 0.5 }, questions: 1 } },
      },
      'options.tasks.keyboard.hybrid.prior.weights has to be weights from 0 to 1 by the names of personal models, at most 1 together, not object.',
    ],
    [
      { hybrid: { serving: {}, prior: { weights: {}, bins: { 33: { a: -1 } }, questions: 1 } } },
      'options.tasks.keyboard.hybrid.prior.bins has to be by bins weights from 0 to 1 by the names of personal models, at most 1 together, not object.',
    ],
    [
      { hybrid: { serving: {}, prior: { weights: {} } } },
      'options.tasks.keyboard.hybrid.prior.questions has to be a number above 0, up to 1000000000, not undefined.',
    ],
    [{ hybrid: {} }, 'options.tasks.keyboard.hybrid.serving has to be an object, not undefined.'],
  ])('of a task: %o', (change, text) => expect(ofTask(change)).toBe(text));

  it.each([
    [
      'masking',
      ['none', true, '', 'Malicious', 0],
      ['off', 'honest-but-curious', 'semi-malicious', 'malicious'],
    ],
    ['enrolmentKey', ['key', new Uint8Array(31), new Uint16Array(32), [1], new Uint8Array(32)], []],
    ['population', ['', 7, 'phones'], []],
    ['uploadSlot', [-1, 1.5, '30 s', 3_600_001], [0, 30_000]],
    ['corrupt', [-0.1, 1, Number.NaN, '0.1', Number.POSITIVE_INFINITY], [0, 0.99]],
    [
      'dropping',
      [0.1, { leats: 0.1 }, { least: 1 }, { most: -1 }, { least: 0.5, most: 0.4 }, []],
      [{}, { least: 0, most: 0.5, checked: 0 }],
    ],
    ['smallestCohort', [0, 1.5, '20', Number.NaN, 1e7, Number.POSITIVE_INFINITY], [1, 1_000_000]],
    ['smallestSum', [0, 2, 2.5, '16'], [3, 1_000]],
    ['leastExamples', [0, -1, '32'], [1, 1_000]],
    ['mostPasses', [0, 101, 0.5], [1, 100]],
    ['mostVersions', [0, 65, 1.5], [1, 64]],
    ['clip', [0, -1, Number.NaN, 1e7, Number.POSITIVE_INFINITY], [0.1, 1e6]],
    ['bits', [1, 25, 8.5], [2, 24]],
    ['ownDraw', ['yes', 1, null], [true, false]],
    ['topology', ['free', true], ['pinned', 'any']],
    [
      'privacy',
      [
        4,
        null,
        'off',
        {},
        { epsilon: 4 },
        { delta: 1e-6 },
        { epsilon: 0, delta: 1e-6 },
        { epsilon: 4, delta: 0 },
        { epsilon: Number.POSITIVE_INFINITY, delta: 1e-6 },
        { epsilon: 4, delta: 1.1 },
        { epsilon: 4, delta: 1e-6, noiseBy: 'anybody' },
        { epsilon: 4, delta: 1e-6, noise: 'devices' },
      ],
      [
        'pinned',
        'any',
        { epsilon: 4, delta: 1e-6 },
        { epsilon: 4, delta: 1e-6, noiseBy: 'devices' },
        { epsilon: 4, delta: 1e-6, noiseBy: 'coordinator' },
      ],
    ],
    [
      'contributions',
      [4, { days: 4 }, { day: 0 }, { model: 1.5 }, { day: 2_000 }],
      [{}, { day: 1, model: Number.POSITIVE_INFINITY }],
    ],
  ])('holds the floor %s to its range', (name, bad, fine) => {
    for (const value of bad) expect(ofFloors({ [name]: value }), String(value)).toContain(name);
    for (const value of fine) expect(ofFloors({ [name]: value }), String(value)).toBe('');
  });

  it('names the nearest floor for each that is misspelt, and never takes it for another', () => {
    for (const name of Object.keys(simulatedFloors)) {
      const misspelt = `${name.slice(0, 3)}${name.slice(4)}`;
      expect(ofFloors({ [misspelt]: 1 })).toBe(
        `There is no option options.floors.${misspelt}. Did you mean "${name}"?`,
      );
    }
    expect(ofFloors({ constructor: 1 })).toContain('options.floors.constructor');
  });

  it('takes the key of an authority and the name of its population together alone', () => {
    const [enrolmentKey, population] = [new Uint8Array(32), 'phones'];
    expect(ofFloors({ enrolmentKey, population })).toBe('');
    expect(ofFloors({ enrolmentKey })).toBe(
      'options.floors.population has to be there where enrolmentKey is, and only there, not undefined.',
    );
    expect(ofFloors({ population })).toContain('options.floors.population');
  });

  it('lets a sum of fewer than three count only where masking is off', () => {
    expect(ofFloors({ smallestSum: 1 })).toBe(
      'options.floors.smallestSum has to be 3 or more unless masking is "off", not 1.',
    );
    expect(ofFloors({ smallestSum: 1, masking: 'honest-but-curious' })).toContain('smallestSum');
    expect(ofFloors({ smallestSum: 1, masking: 'off' })).toBe('');
  });

  it('says what a floor for privacy lacks', () => {
    expect(ofFloors({ privacy: 'off' })).toBe(
      'options.floors.privacy has to be "pinned" or "any" or an object, not "off".',
    );
    expect(ofFloors({ privacy: { epsilon: 4 } })).toBe(
      'options.floors.privacy.delta has to be a number above 0, up to 1, not undefined.',
    );
    expect(ofFloors({ privacy: { epsilon: 4, detla: 1e-6 } })).toBe(
      'There is no option options.floors.privacy.detla. Did you mean "delta"?',
    );
  });

  it('shows no secret of the app in its error', () => {
    expect(told({ ...good, enrolment: { token: 'a secret' } })).not.toContain('secret');
  });
});

it('a consent that is neither yes nor no is none', async () => {
  const client = new FederatedClient({ ...good, storage: memoryStorage() } as ClientOptions);
  await expect(client.setConsent('yes' as unknown as boolean)).rejects.toMatchObject({
    code: 'options.invalid',
    detail: 'What setConsent is given has to be true or false, not "yes".',
  });
  expect(await client.hasConsent()).toBe(false);
});
