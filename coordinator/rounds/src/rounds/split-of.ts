import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import type { Manifest } from '@murmuration/protocol/weights/model-files';
import { type SplitLayout, splitLayout } from '@murmuration/protocol/weights/shared-part';
import type { Task } from '../task/task.ts';

/**
 * Returns the layers of a version by use: trained by all devices together, private to each device, and
 * frozen. Throws `plan.private-layers` if the task names private layers that the version doesn't have, and
 * `plan.frozen-layers` if nothing is left to train.
 */
export function splitOf(
  { privateLayers }: Pick<Task, 'privateLayers'>,
  version: Pick<Manifest, 'topology' | 'layout'>,
): SplitLayout {
  return splitLayout(version.layout, privateLayers, frozenLayersOf(version));
}
