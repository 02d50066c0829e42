import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import type { Manifest } from '@murmuration/protocol/weights/model-files';
import { type SplitLayout, splitLayout } from '@murmuration/protocol/weights/shared-part';
import type { Task } from '../task/task.ts';

/**
 * The parts of a version of a task: what its devices train together, what each trains for itself, and what is frozen. Throws
 * `plan.private-layers` where the task names private layers that the version has not, and `plan.frozen-layers` where nothing is left to train.
 */
export function splitOf(
  { privateLayers }: Pick<Task, 'privateLayers'>,
  version: Pick<Manifest, 'topology' | 'layout'>,
): SplitLayout {
  return splitLayout(version.layout, privateLayers, frozenLayersOf(version));
}
