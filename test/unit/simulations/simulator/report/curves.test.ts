import { bestOf, curveOf, roundsTo, trainingMean } from '@murmuration/simulations/report/curves';
import { curvesCsv } from '@murmuration/simulations/report/curves-csv';
import { publishedRows } from '@murmuration/simulations/report/published';
import { RunSoFar } from '@murmuration/simulations/run-events/run';
import type { RunEvent } from '@murmuration/simulations/run-events/run-event';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { begun, ended, roundOf } from './events.ts';

function runOf(...events: RunEvent[]) {
  const run = new RunSoFar();
  for (const event of events) run.take(event);
  return run.run;
}

const failed: Partial<RunEvent> = {
  outcome: 'failed',
  failure: { during: 'updates', reason: '4 of 5 updates came, "in time"\nand no more' },
  metrics: null,
  training: null,
};
/** Bytes of a round of `roundOf`, up and down. */
const bytes = 130_000;

describe('a curve', () => {
  const run = runOf(begun, roundOf(1), roundOf(2, failed as never), roundOf(4));
  const curve = curveOf(run.rounds, ({ metrics }) => metrics?.accuracy);

  it('has a point for each round that was measured, and counts the traffic of all', () => {
    expect(curve.round).toEqual([1, 4]);
    expect(curve.bytes).toEqual([bytes, 3 * bytes]);
    expect(curve.ms).toEqual([900, 3_900]);
    expect(curve.value).toEqual([1 - 0.9, 1 - 0.9 / 4]);
  });

  it('leaves out what was no number', () => {
    expect(
      curveOf([roundOf(1, { metrics: { accuracy: null } })], ({ metrics }) => metrics?.accuracy).value,
    ).toEqual([]);
  });

  it('reaches a target between the rounds around it', () => {
    expect(roundsTo(curve, 0.5, 'higher')).toBeCloseTo(1 + (3 * 0.4) / 0.675);
    expect(roundsTo(curve, 0.9, 'higher')).toBeNull();
    expect(roundsTo(curve, 0.2, 'lower')).toBe(1);
    expect(bestOf(curve, 'higher')).toEqual({ value: 0.775, round: 4 });
    expect(bestOf(curve, 'lower')?.round).toBe(1);
  });
});

describe('what contributors measured', () => {
  it('is averaged over their examples', () => {
    expect(trainingMean(roundOf(1), 'loss')).toBeCloseTo((60 * 2 + 40 * 3) / 100);
    const { training: _, ...rest } = roundOf(1);
    const plain = { ...rest, training: { client: [1, 2, 3], metrics: { loss: [1, null, 2] } } };
    expect(trainingMean(plain, 'loss')).toBe(1.5);
    expect(trainingMean(plain, 'accuracy')).toBeNull();
  });
});

describe('the curves of a run as CSV', () => {
  it('have all rounds, and read back as they were', () => {
    const run = runOf(begun, roundOf(1), roundOf(2, failed as never), roundOf(3), ended);
    const rows: Record<string, string>[] = parse(curvesCsv(run), { columns: true });
    expect(rows.map(({ round, outcome }) => [round, outcome])).toEqual([
      ['1', 'published'],
      ['2', 'failed'],
      ['3', 'published'],
    ]);
    expect(rows[1]).toMatchObject({
      failure: '4 of 5 updates came, "in time"\nand no more',
      failed_during: 'updates',
      'held_out accuracy': '',
      'training loss': '',
    });
    expect(rows[2]).toMatchObject({
      cohort: '13',
      'held_out accuracy': String(1 - 0.9 / 3),
      bytes_up: '44900',
      bytes_down: '85100',
      bytes_so_far: String(3 * bytes),
      'ms updates': '600',
      'lost keys': '2',
    });
  });

  it('have a head where no round has ended', () => {
    expect(curvesCsv(runOf(begun))).toMatch(/^round,outcome,.*\r\n$/);
  });
});

describe('published figures', () => {
  it('stand beside the rounds to the target, or say that none did', () => {
    const published = [
      { kind: 'rounds-to', label: 'they', metric: 'accuracy', target: 0.7, rounds: 20, source: 'table' },
      { kind: 'rounds-to', label: 'they', metric: 'accuracy', target: 0.99, rounds: 20, source: 'table' },
      { kind: 'metric', label: 'others', metric: 'loss', value: 0.5, source: 'page' },
    ] as const;
    const rows = publishedRows(runOf({ ...begun, published }, roundOf(1), roundOf(3), roundOf(4)));
    expect(rows.map(([, , , here, difference]) => [here, difference])).toEqual([
      ['3.00', '−17.0'],
      ['not reached', '–'],
      ['0.575 nats', '+0.0750 nats'],
    ]);
    expect(rows[0]![1]).toBe('rounds to 70.0 % accuracy');
  });
});
