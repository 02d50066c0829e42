import { pageAt } from '@murmuration/dashboard/context/routes';
import { find } from '@murmuration/dashboard/shell/found';
import { describe, expect, it } from 'vitest';

const model = 'a'.repeat(64);
const last = {
  number: 1_234,
  outcome: 'published',
  endedAt: '2026-12-01T00:00:00.000Z',
  reason: null,
  query: null,
} as const;
const keyboard = { task: 'keyboard', newest: { number: 1_200, model, metrics: null }, last };
const words = { task: 'words', newest: { number: 3, model, metrics: null }, last: null };
const known = { tasks: [keyboard, words], devices: [], maySeeLog: true };

const addresses = (text: string, change: Partial<typeof known> = {}) =>
  find(text, { ...known, ...change }).map(({ address }) => address);

describe('what is found', () => {
  it.each([
    ['over', '#/overview'],
    ['rounds keyboard', '#/fleet/rounds/keyboard'],
    ['ROUNDS  words', '#/fleet/rounds/words'],
    ['audit words', undefined],
    ['protection', '#/settings/protection/keyboard'],
    ['keyb', '#/model/versions/keyboard'],
    ['version 1200', '#/model/versions/keyboard/1200'],
    ['version 1,200', '#/model/versions/keyboard/1200'],
    ['version 0 words', '#/model/versions/words/0'],
    ['round 1234', '#/fleet/rounds/keyboard/1234'],
    ['learning rate', '#/settings/task/keyboard?field=plan.learningRate'],
    ['cohort.goal words', '#/settings/task/words?field=cohort.goal'],
    ['overSelection', '#/settings/task/keyboard?field=cohort.overSelection'],
  ] as const)('by %j is first %s', (text, address) => {
    expect(addresses(text)[0]).toBe(address);
  });

  it.each(['version 1201', 'round 1235', 'round 0', 'round 3 words', 'no such thing'])(
    'by %j is nothing, since it does not exist',
    text => expect(addresses(text)).toEqual([]),
  );

  it('by a number are the version and the round of each task that has them', () => {
    expect(addresses('3').slice(0, 3)).toEqual([
      '#/model/versions/keyboard/3',
      '#/fleet/rounds/keyboard/3',
      '#/model/versions/words/3',
    ]);
  });

  it('are devices whose ids begin with the text', () => {
    expect(addresses('ab12', { devices: ['ab12cd', 'ab12ef'] as never })).toEqual([
      '#/fleet/devices?search=ab12cd',
      '#/fleet/devices?search=ab12ef',
    ]);
  });

  it('at first are pages; no log for those who may not see it, and no task where there is none', () => {
    expect(addresses('').length).toBeGreaterThan(8);
    expect(addresses('log')).toContain('#/settings/log');
    expect(addresses('log', { maySeeLog: false })).not.toContain('#/settings/log');
    const without = addresses('', { tasks: [] });
    expect(without).toContain('#/fleet/devices');
    expect(without.filter(address => pageAt(address).page === 'missing')).toEqual([]);
  });

  it('all have a page, each once', () => {
    const all = ['', 'e', '3', 'a', 's'].flatMap(text => addresses(text));
    expect(all.filter(address => pageAt(address).page === 'missing')).toEqual([]);
    for (const text of ['', 'keyboard', '3', 'protection']) {
      const found = addresses(text);
      expect(new Set(found).size).toBe(found.length);
    }
  });
});
