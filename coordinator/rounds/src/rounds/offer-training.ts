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
 * Offers devices of a masked asynchronous task training from `version`, which rounds start from, with its
 * frozen layers if they have been read. Returns the versions whose updates a buffer takes.
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
