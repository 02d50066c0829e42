import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { openFederation } from '@murmuration/simulations/federation/federation';
import { failureOf } from '@murmuration/simulations/federation/stopping';
import type { RoundEnded } from '@murmuration/simulations/run-events/run-event';
import type { Trained } from './training.ts';
import type { TrialTraining } from './trial.ts';

/**
 * Trains a federation up to round `until`; resumes from the folder.
 * @throws `training.stopped` on a request to stop
 */
export async function trainFederated({
  scenario,
  settings,
  data,
  metric,
  folder,
  until,
  looks,
  workers,
  isStopped,
  passed,
}: TrialTraining): Promise<Trained> {
  const due = new Set([...looks, until]);
  const federation = await openFederation(scenario, settings, data, {
    workers,
    checkpoint: folder ?? undefined,
    measures: round => due.has(round),
  });
  try {
    const curve = federation.measured.flatMap(({ round, metrics }) =>
      round === 0 ? [] : [{ round, value: numberOf(metrics[metric]) }],
    );
    const ended: RoundEnded[] = [];
    passed(Math.min(until, federation.earlier));
    for (let number = federation.earlier + 1; number <= until; number++) {
      if (isStopped()) throw new MurmurationError('training.stopped');
      const round = await federation.next();
      ended.push(round);
      if (round.metrics && Object.hasOwn(round.metrics, metric))
        curve.push({ round: round.number, value: numberOf(round.metrics[metric]) });
      passed(round.number);
    }
    const failure = federation.earlier === 0 ? failureOf(ended) : undefined;
    const last = curve.at(-1);
    return {
      // A failed last round leaves the version before it, which is still valid.
      score: failure === undefined ? (last?.value ?? null) : null,
      curve,
      failure:
        failure ?? (last ? null : `No round before the ${until}th led to a version that was measured.`),
    };
  } catch (error) {
    if (error instanceof MurmurationError && error.code === 'training.stopped') throw error;
    return { score: null, curve: [], failure: messageOf(error) };
  } finally {
    await federation.close();
  }
}

function numberOf(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
