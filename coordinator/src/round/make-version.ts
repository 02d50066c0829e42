import { MurmurationError } from '@murmuration/protocol/errors';
import type { Clock } from '@murmuration/protocol/ports';
import type { Aggregate } from '../aggregation/aggregate.ts';
import { SingleUpdates } from '../aggregation/single-updates.ts';
import { measure } from '../evaluation/measure.ts';
import type { Registry } from '../registry/registry.ts';
import type { Stepped, Strategy, StrategyState } from '../strategy/strategy.ts';
import type { Task } from '../task/task.ts';
import type { MakeVersion } from './ports.ts';

/** Aggregate → strategy → candidate → held-out metrics. The files of the candidate are stored; its row is not yet. */
export function versionMaker(task: Task, registry: Registry, clock: Clock): MakeVersion {
  return async (terms, aggregate) => {
    const { head, files } = await registry.current(task.name);
    const { state, model } = stepOf(task.strategy, head.state, files.weights, aggregate);
    if (!model.every(Number.isFinite)) {
      const advice = 'lower the server learning rate or the clipping norm';
      throw new MurmurationError(
        'update.impossible',
        `The strategy ${task.strategy.name} left the range of float32; ${advice}.`,
      );
    }
    const candidate = await registry.store(files.topology, files.layout, model);
    return {
      state,
      version: {
        model: candidate.hash,
        task: task.name,
        number: head.version.number + 1,
        parent: head.version.model,
        round: terms.id,
        strategy: task.strategy.name,
        planVersion: task.planVersion,
        contributors: aggregate.contributors,
        metrics: await measure(task.evaluator, candidate),
        createdAt: clock.now(),
      },
    };
  };
}

/** Throws `config.invalid` where the round gathered what another kind of strategy consumes. */
function stepOf(
  strategy: Strategy,
  state: StrategyState,
  model: Float32Array,
  aggregate: Aggregate,
): Stepped<StrategyState> {
  if (strategy.consumes === 'each' && aggregate instanceof SingleUpdates)
    return strategy.apply(state, model, aggregate.updates);
  if (strategy.consumes === 'sum' && !(aggregate instanceof SingleUpdates))
    return strategy.apply(state, model, aggregate.mean());
  throw new MurmurationError(
    'config.invalid',
    `The strategy ${strategy.name} can't use what this round gathered: it began under another strategy.`,
  );
}
