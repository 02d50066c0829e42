import type { FiguresMessage, QueryResultMessage, TaskQueryMessage } from '@murmuration/api/query';
import { rowsOf } from '@murmuration/dashboard/queries/rows';
import { nextOf } from '@murmuration/dashboard/queries/standing';
import { trendOf } from '@murmuration/dashboard/queries/trend';
import { words } from '@murmuration/dashboard/queries/words';
import { describe, expect, it } from 'vitest';

const about = (value: number) => ({ value, low: value / 2, high: value * 2 });

const count: FiguresMessage = { kind: 'count', count: 12, share: { value: 0.3, low: 0.2, high: 0.45 } };
const sum: FiguresMessage = { kind: 'sum', sum: { value: 1_820, low: 1_817, high: 1_823 } };
const mean: FiguresMessage = { kind: 'mean', mean: about(0.42), deviation: 0.1 };
const histogram = (median: number | null): FiguresMessage => ({
  kind: 'histogram',
  bins: [
    { from: null, to: 0, count: 0, perDevice: about(0) },
    { from: 0, to: 2, count: 3, perDevice: about(0.1) },
    { from: 2, to: null, count: 1, perDevice: about(0.05) },
  ],
  quantiles: [{ quantile: 0.5, value: median, low: 0, high: null }],
});
const top: Extract<FiguresMessage, { readonly kind: 'top' }> = {
  kind: 'top',
  items: [
    { item: 'de', count: 9, perDevice: about(0.3) },
    { item: 'en', count: 0, perDevice: about(0) },
  ],
  others: 4,
};

const distinct: FiguresMessage = {
  kind: 'distinct',
  distinct: { value: 1_234.4, low: 1_200.2, high: 1_268.6 },
  error: 17.5,
};

const outcomes: FiguresMessage = {
  kind: 'outcomes',
  versions: [
    {
      version: 4,
      model: 'a'.repeat(64),
      devices: 12,
      predictions: 60,
      outcomes: [{ outcome: 'accepted', count: 18, share: { value: 0.3, low: 0.2, high: 0.45 } }],
    },
    { version: null, model: 'b'.repeat(64), devices: 2, predictions: null, outcomes: [] },
  ],
};
const sketch: FiguresMessage = { kind: 'sketch', buckets: 12 };
const texts: Extract<FiguresMessage, { readonly kind: 'heavy-hitters' }> = {
  kind: 'heavy-hitters',
  texts: [
    { text: 'omw', devices: 20, share: { value: 0.5, low: 0.4, high: 0.6 } },
    { text: 'brb', devices: 12, share: { value: 0.3, low: 0.2, high: 0.4 } },
  ],
  unread: 0,
  chance: 0.99,
};

function kindOf(figures: FiguresMessage | null): QueryResultMessage['kind'] {
  if (figures?.kind === 'sketch') return 'heavy-hitters';
  return figures?.kind === 'ngram-sketch' ? 'ngrams' : (figures?.kind ?? 'count');
}

/** The result of a round; null: it shows nothing. */
function resultOf(number: number, figures: FiguresMessage | null): QueryResultMessage {
  return {
    task: 'notes',
    query: 'some',
    kind: kindOf(figures),
    threshold: 10,
    round: 'r'.repeat(22),
    number,
    startedAt: `2026-01-0${number}T00:00:00.000Z`,
    endedAt: `2026-01-0${number}T00:01:00.000Z`,
    devices: figures && 40,
    figures,
    failure: figures ? null : 'Too few devices.',
    privacy: null,
  };
}

describe('a result', () => {
  const said: readonly (readonly [FiguresMessage, string])[] = [
    [count, '30.0 % of devices'],
    [sum, '1,820'],
    [mean, '0.42 on average'],
    [histogram(0), 'median 0'],
    [histogram(null), 'most often 0 to 2'],
    [top, 'de'],
    [distinct, 'about 1,234 different'],
    [sketch, 'first of two rounds'],
    [texts, '2 texts: omw, brb'],
    [{ ...texts, texts: [...texts.texts, ...texts.texts] }, '4 texts: omw, brb, omw, …'],
    [{ ...texts, texts: texts.texts.slice(0, 1) }, '1 text: omw'],
    [{ ...texts, texts: [] }, 'no text'],
    [{ ...top, items: [] }, 'no item'],
    [outcomes, '30.0 % accepted, version 4'],
    [{ ...outcomes, versions: [] }, 'too few devices of each version'],
  ];
  it.each(said)('of %j is said in a few words: %s', (figures, text) => {
    expect(words.summary(figures)).toBe(text);
  });

  it('has a row for each figure', () => {
    const row = (what: string, counted: string | null, value: string, interval: string) => ({
      what,
      count: counted,
      value,
      interval,
    });
    expect(rowsOf(count)).toEqual([row('it is so', '12', '30.0 %', '20.0 % to 45.0 %')]);
    expect(rowsOf(sum)).toEqual([row('sum', null, '1,820', '1,820 to 1,820')]);
    expect(rowsOf(mean)).toEqual([
      row('mean', null, '0.42', '0.21 to 0.84'),
      row('deviation of devices', null, '0.1', '–'),
    ]);
    expect(rowsOf(histogram(1))).toEqual([
      row('0 to 2', '3', '10', '5 to 20'),
      row('above 2', '1', '5', '2.5 to 10'),
    ]);
    expect(rowsOf(outcomes)).toEqual([
      row('version 4: accepted', '18', '30.0 %', '20.0 % to 45.0 %'),
      row('version bbbbbbbbbbbb', null, '–', 'too few devices told of it'),
    ]);
    expect(rowsOf(top)).toEqual([
      row('de', '9', '30', '15 to 60'),
      row('en', '0', '0', '0 to 0'),
      row('others, not on the list', '4', '–', '–'),
    ]);
  });

  it('says how far a quantile may be off, beyond the bins as well', () => {
    expect(words.between(1, 2)).toBe('1 to 2');
    expect(words.between(null, 2)).toBe('2 or less');
    expect(words.between(1, null)).toBe('1 or more');
    expect(words.between(null, null)).toBe('anything');
  });
});

describe('results over time', () => {
  it('are an estimate with its interval, oldest first, without rounds that showed nothing', () => {
    const trend = trendOf([resultOf(3, null), resultOf(2, mean), resultOf(1, { ...mean, mean: about(0.5) })]);
    expect(trend?.x.values).toEqual([1, 2].map(day => Date.parse(`2026-01-0${day}T00:01:00.000Z`) / 1_000));
    expect(trend?.series.map(({ values }) => values)).toEqual([
      [0.5, 0.42],
      [0.25, 0.21],
      [1, 0.84],
    ]);
  });

  it('are quantiles of histograms; one that is 0 is no gap, one beyond the bins is', () => {
    const trend = trendOf(
      [histogram(1), histogram(0), histogram(null)].map((each, i) => resultOf(3 - i, each)),
    );
    expect(trend?.series).toMatchObject([{ label: 'median', values: [null, 0, 1] }]);
  });

  it('are items of the newest ranking', () => {
    const before = { ...top, items: [{ item: 'en', count: 1, perDevice: about(0.1) }] };
    const trend = trendOf([resultOf(2, top), resultOf(1, before)]);
    expect(trend?.series).toMatchObject([
      { label: 'de', values: [null, 30] },
      { label: 'en', values: [10, 0] },
    ]);
  });

  it('leave a gap where the query was of another kind', () => {
    const found = (length: number, many: number) =>
      ({ kind: 'ngrams', length, found: many, list: '', counts: '' }) as FiguresMessage;
    const [chain, before] = [
      [resultOf(6, found(2, 30)), resultOf(4, found(1, 90))],
      [resultOf(3, found(2, 20)), resultOf(2, found(1, 80))],
    ];
    // One chain has found one number of each length.
    expect(trendOf(chain)).toBeNull();
    expect(trendOf([...chain, ...before])?.series[0]?.values).toEqual([20, 30]);
    const trend = trendOf([resultOf(2, sum), resultOf(1, mean)]);
    expect(trend?.series[0]?.values).toEqual([null, 1_820]);
  });

  it('are not drawn before there are two', () => {
    expect(trendOf([])).toBeNull();
    expect(trendOf([resultOf(2, null), resultOf(1, sum)])).toBeNull();
  });
});

describe('when a query is asked next', () => {
  const query = {
    name: 'some',
    every: 3_600_000,
    nextAt: null,
    isWanted: false,
    share: 1,
    further: null,
    privacy: null,
  };
  const now = Date.parse('2026-01-01T00:00:00.000Z');
  const later = '2026-01-01T00:10:00.000Z';
  const further = { number: 3, of: 5, failures: 0, isAutomatic: true, until: later };

  it('is said of words that a vocabulary may grow by', () => {
    const { vocabulary } = words;
    const growth = { query: 'new', threshold: 5, most: 90, atOnce: 40, room: 12 };
    expect(vocabulary.proposed(0)).toBe('No words are proposed');
    expect(vocabulary.proposed(1)).toBe('1 word is proposed');
    expect(vocabulary.devices(1_200)).toBe('1,200 devices');
    expect(vocabulary.how(700, growth)).toBe(
      'The vocabulary has 700 words. Words that 5 devices have, or more, are found, with how many have them. Operators add them, 40 at once at most; there is room for 12.',
    );
    expect(vocabulary.grow(2, false).title).toBe('Add 2 words to the vocabulary?');
    expect(vocabulary.grow(2, false).consequences[0]).toContain('that most devices have are');
    expect(vocabulary.grow(2, true).consequences[0]).toContain('that you have chosen are');
  });

  it('is said of a query in several rounds, and what became of the one that comes next', () => {
    const { further: said } = words.asking;
    expect(said(further, now)).toBe('Round 3 of the 5 of this query comes next.');
    expect(said({ ...further, failures: 1 }, now)).toBe(
      'Round 3 of the 5 of this query comes next. It has failed once and is asked again by itself, of devices that have not answered it.',
    );
    expect(said({ ...further, failures: 3, isAutomatic: false }, now)).toBe(
      'Round 3 of the 5 of this query comes next. It has failed 3 times and is asked again by command. In 10 min the query begins with its first round.',
    );
  });

  it.each([
    [{ ...query, isWanted: true }, { query: 'some' }, { is: 'asked' }, 'Devices are being asked, in round 7'],
    [{ ...query, isWanted: true }, { query: 'other' }, { is: 'soon' }, 'Devices are asked in the next round'],
    [
      { ...query, nextAt: '2026-01-01T00:00:00.000Z' },
      null,
      { is: 'soon' },
      'Devices are asked in the next round',
    ],
    [{ ...query, nextAt: later }, { query: null }, { is: 'later', at: later }, 'Asked next in 10 min'],
    [{ ...query, every: null, further }, null, { is: 'soon' }, 'Devices are asked in the next round'],
    [
      { ...query, every: null, further: { ...further, failures: 3, isAutomatic: false } },
      null,
      { is: 'by-command' },
      'Asked by command only',
    ],
    [query, null, { is: 'paused' }, 'Asked again once the task is resumed'],
    [{ ...query, every: null }, null, { is: 'by-command' }, 'Asked by command only'],
    [
      { ...query, privacy: { isSpent: true } as TaskQueryMessage['privacy'] },
      null,
      { is: 'spent' },
      'Not asked any more: its privacy budget is spent',
    ],
  ] as const)('is said: %j, while %j', (asked, round, next, text) => {
    expect(nextOf(asked, round, now)).toEqual(next);
    expect(words.asking.verdict(next, 7, now)).toBe(text);
  });
});
