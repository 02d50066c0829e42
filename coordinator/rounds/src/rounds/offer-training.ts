import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { lineageOf } from '../registry/lineage.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { History } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { Task } from '../task/task.ts';
import { planOf } from './terms-of.ts';
import { basesOf, type Trainings } from './trainings.ts';

/**
 * Devices of an asynchronous task that masks train from the version that rounds start from, `version` with its frozen layers where that has been read. Returns the
 * versions of whose updates a buffer takes some.
 */
export async function offerTraining(
  trainings: Trainings,
  task: Task,
  { registry, history }: { readonly registry: Registry; readonly history: History },
  version?: ModelVersion,
  frozen: readonly string[] = [],
): Promise<Plan['bases']> {
  const { buffer, deadlines } = task;
  if (!buffer) return undefined;
  const current = version ? null : await registry.current(task.name);
  const newest = version ?? current!.head.version;
  const frozenLayers = current ? frozenLayersOf(current.files) : frozen;
  const versions = await lineageOf(newest, buffer.maxStaleness + 1, history);
  const bases = basesOf(versions);
  trainings.offer({
    versions,
    plan: planOf(task, newest, { bases, frozenLayers }),
    number: newest.number + 1,
    concurrency: buffer.concurrency,
    limit: deadlines.updates,
  });
  return bases;
}
