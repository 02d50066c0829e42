import type { ExperimentMessage } from '@murmuration/api/experiment';
import type { FiguresMessage } from '@murmuration/api/query';
import { csvOf, figuresTable } from '@murmuration/api/query-table';
import { unitsOf, words } from '@murmuration/dashboard/experiments/words';
import { rowsOf } from '@murmuration/dashboard/queries/rows';
import { words as queries } from '@murmuration/dashboard/queries/words';
import { expect, it } from 'vitest';

const arm = (units: number, outcomes: number) =>
  ({
    units,
    outcomes,
    answers: { predictions: 320, good: 80, rounds: 2, lost: 0 },
  }) as ExperimentMessage['arms'][number];
const experiment = {
  arms: [arm(200, 40), arm(190, 40)],
  planned: 1_000,
  query: 'by-arm',
  key: { in: 'header', name: 'x-murmuration-key' },
  layer: { name: 'default', from: 0, to: 0.5 },
} as unknown as ExperimentMessage;

it('says that data come from devices, how many answered, and that a device is the unit', () => {
  expect(unitsOf(experiment)).toBe(80);
  expect(words.progress(experiment)).toBe('80 of 1,000 planned devices');
  const [first, second] = words.fromDevices(experiment);
  expect(first).toBe(
    '80 of 390 devices with outcomes have answered the query “by-arm”, in masked sums of one arm each.',
  );
  expect(second).toMatch(/^A unit is a device/);
  expect(words.key(experiment)).toBe('50 % of the devices, by their ids');
  expect(words.predictions(experiment.arms[0]!)).toBe('80 good of 320');
  expect(words.ratio(0.5, 'by-arm').text).toBe('Devices come, and answer, in all arms alike.');
  expect(words.ratio(1e-5, 'by-arm')).toMatchObject({ tone: 'worse' });
  const ofRequests = { ...experiment, query: null };
  expect([unitsOf(ofRequests), words.progress(ofRequests)]).toEqual([390, '390 of 1,000 planned keys']);
  expect(words.ratio(0.5, null).text).toBe('Keys fall as they should.');
});

it('shows what devices of an arm said as shares on a device', () => {
  const figures: FiguresMessage = {
    kind: 'arm',
    experiment: '0123456789abcdef',
    version: 4,
    model: 'a'.repeat(64),
    devices: 40,
    predictions: 320,
    outcomes: [
      { outcome: 'accepted', count: 80, rate: { value: 0.25, low: 0.2, high: 0.3 }, sum: 10, squares: 4 },
    ],
  };
  expect(rowsOf(figures)).toEqual([
    { what: 'accepted', count: '80', value: '25.0 %', interval: '20.0 % to 30.0 %' },
  ]);
  expect(queries.summary(figures)).toBe('25.0 % accepted, version 4');
  expect(csvOf(figuresTable(figures))).toContain('4,accepted,80,320,0.25,0.2,0.3');
});
