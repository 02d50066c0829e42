import { MurmurationError } from '@murmuration/protocol/errors';
import type { Clock } from '@murmuration/protocol/ports';
import { measure } from '../evaluation/measure.ts';
import type { Registry } from '../registry/registry.ts';
import type { Task } from '../task/task.ts';
import type { MakeVersion } from './ports.ts';

/** Sum → mean → strategy → candidate → held-out metrics. The files of the candidate are stored; its row is not yet. */
export function versionMaker(task: Task, registry: Registry, clock: Clock): MakeVersion {
  return async (terms, sum) => {
    const { head, files } = await registry.current(task.name);
    const { state, model } = task.strategy.apply(head.state, files.weights, sum.mean());
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
        contributors: sum.contributors,
        metrics: await measure(task.evaluator, candidate),
        createdAt: clock.now(),
      },
    };
  };
}
