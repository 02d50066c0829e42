import { runPage } from '@murmuration/simulations/report/run-page/run-page';
import { RunSoFar } from '@murmuration/simulations/run-events/run';
import type { RunBegun } from '@murmuration/simulations/run-events/run-event';
import { describe, expect, it } from 'vitest';
import { begun, ended, roundOf } from './events.ts';

function pageOf(rest: Partial<RunBegun> = {}): string {
  const run = new RunSoFar();
  run.take({ ...begun, ...rest });
  run.take(roundOf(1));
  run.take(roundOf(2));
  run.take({
    type: 'clients-compared',
    round: 2,
    metric: 'accuracy',
    client: [0, 1],
    before: { model: 'first model', values: [0.1, 0.2] },
    after: { model: 'global', values: [0.3, 0.1] },
  });
  run.take(ended);
  return runPage(run.run);
}

describe('the page of a run', () => {
  it('gives the loss of training in the unit of its objective', () => {
    const { loss: _, ...metrics } = begun.metrics;
    expect(pageOf({ metrics, lossUnit: 'nats' })).toContain('from 2.40 nats in round 1');
    expect(pageOf({ metrics, lossUnit: 'number' })).toContain('from 2.40 in round 1');
    expect(pageOf({ metrics, lossUnit: 'number' })).not.toContain('nats');
    expect(pageOf({ metrics })).not.toContain('nats');
  });

  it('says with which round a run goes on', () => {
    expect(pageOf({ earlier: 4 })).toContain('going on with round 5');
    expect(pageOf({ earlier: 0 })).not.toContain('going on');
  });

  it('says which noise is added, and by whom, or that none is', () => {
    const under = (privacy: object) => pageOf({ settings: { ...begun.settings, privacy: { ...privacy } } });
    expect(pageOf()).toContain('No noise is added');
    expect(under({ epsilon: null, noise: 'correlated' })).toContain('No noise is added');
    const told = 'so that all versions together tell at most ε = 4 of a device (δ = 0.000001, ';
    expect(under({ epsilon: 4, delta: 1e-6, noise: 'correlated' })).toContain(
      `The coordinator adds noise, ${told}correlated noise)`,
    );
    expect(under({ epsilon: 4, delta: 1e-6, noise: 'skellam' })).toContain(
      `Devices add noise, ${told}skellam noise)`,
    );
    expect(under({ epsilon: 4, delta: 1e-6, noise: 'skellam' })).not.toContain('No noise');
  });

  it('says that columns over the clients are quantiles', () => {
    expect(pageOf()).toContain('Each column is sorted by itself');
    expect(pageOf()).toContain('Quantile');
  });
});
