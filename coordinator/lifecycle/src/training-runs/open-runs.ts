import { commitActs } from '@murmuration/rounds/events/own-acts';
import type { Task } from '@murmuration/rounds/task/task';
import { endOf } from './run-acts.ts';
import { initialState } from './state.ts';
import { type TrainingRunPorts, TrainingRuns } from './training-runs.ts';
import { leftBehind } from './transition.ts';

/**
 * Reads the training runs of a task from the storage. Returns undefined for a task whose rounds run all the
 * time; a run left open by an earlier definition then ends. Throws `storage.*`.
 */
export async function openTrainingRuns(
  { name, retrain }: Pick<Task, 'name' | 'retrain'>,
  ports: TrainingRunPorts,
): Promise<TrainingRuns | undefined> {
  if (retrain) {
    const runs = new TrainingRuns(name, retrain, ports);
    await runs.open();
    return runs;
  }
  const state = (await ports.store.state(name)) ?? initialState;
  const { state: after, effects } = leftBehind(name, state, ports.clock.now());
  const runs = effects.flatMap(effect => (effect.type === 'run' ? [effect.run] : []));
  const acts = runs.map(run => endOf(run, 'definition', run.ending!.text));
  if (after !== state)
    await commitActs(ports, acts, entries =>
      ports.store.commit(name, { state: after, runs, records: [], entries }),
    );
  return undefined;
}
