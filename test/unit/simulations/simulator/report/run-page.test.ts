import { adversariesOf } from '@murmuration/simulations/adversaries/adversaries';
import { eventsOf, eventsSection } from '@murmuration/simulations/report/events';
import { runPage } from '@murmuration/simulations/report/run-page/run-page';
import { RunSoFar } from '@murmuration/simulations/run-events/run';
import type { RoundEnded, RunBegun } from '@murmuration/simulations/run-events/run-event';
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

describe('the events of a run', () => {
  const eventsIn = (rest: Partial<RunBegun>, ...rounds: RoundEnded[]) => {
    const run = new RunSoFar();
    run.take({ ...begun, ...rest });
    for (const round of rounds) run.take(round);
    return eventsOf(run.run).map(({ round, bytes, text }) => [round, bytes, text]);
  };
  const figures = (accuracy: number) => ({ metrics: { accuracy, loss: 1 } });

  it('are rounds that failed, lost many, refused updates, or learned the wrong way', () => {
    const lost = { cohort: 12, accepted: 9, rejected: 0, late: 1, lost: 2 };
    const failure = { during: 'updates', reason: 'too few' } as const;
    expect(
      eventsIn(
        {},
        roundOf(1, figures(0.1)),
        roundOf(2, figures(0.9)),
        roundOf(3, { ...figures(0.8), tally: lost }),
        roundOf(4, { outcome: 'failed', failure, metrics: null, training: null }),
        roundOf(5, { ...figures(0.6), tally: { ...lost, late: 0, rejected: 1 } }),
      ),
    ).toEqual([
      [3, 390_000, '3 of 12 devices lost or late, most in keys'],
      [4, 520_000, 'failed during training and updates: too few'],
      [5, 650_000, 'accuracy went from 80.0 % to 60.0 %; 1 of 12 updates refused'],
    ]);
  });

  it('are rounds that counted attackers, who follow from the seed', () => {
    const settings = { adversaries: { share: 0.5, attack: { kind: 'sign-flip', scale: 1 } } };
    const client = Array.from({ length: 20 }, (_, i) => i);
    const round = roundOf(1, { training: { client, metrics: {} } });
    const attackers = client.filter(
      adversariesOf({ share: 0.5, attack: { kind: 'sign-flip', scale: 1 } }, begun.seed).isAdversary,
    ).length;
    expect(attackers).toBeGreaterThan(2);
    const [[, , text]] = eventsIn({ settings }, round) as [[number, number, string]];
    expect(text).toBe(`${attackers} of 20 counted devices attacked (sign-flip)`);
    expect(eventsIn({ settings: { adversaries: { share: 2 } } }, round)).toEqual([]);
  });

  it('are cut to the heaviest, in their order', () => {
    const all = Array.from({ length: 50 }, (_, i) => ({ round: i + 1, text: 'x', weight: i % 25 }));
    const { events, section } = eventsSection(all, 'one');
    expect(section.title).toBe('Events, the heaviest 40 of 50');
    expect(events.map(({ round }) => round).slice(0, 3)).toEqual([6, 7, 8]);
  });
});

describe('the page of a run', () => {
  it('leads from an event to the charts, which mark it', () => {
    expect(pageOf()).toContain('No round failed');
    const run = new RunSoFar();
    run.take(begun);
    run.take(roundOf(1));
    run.take(
      roundOf(2, { outcome: 'failed', failure: { during: 'keys', reason: 'silence' }, metrics: null }),
    );
    run.take(roundOf(3));
    const page = runPage(run.run);
    expect(page).toMatch(/<a data-round="2" href="#held-out-1">2<\/a>.*failed during keys: silence/s);
    // Three charts of learning over three abscissas each, and those of cohorts, time and traffic.
    expect(page.match(/<circle class="event"/g)).toHaveLength(12);
  });

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
