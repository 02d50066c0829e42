import type { Features } from './features.ts';
import type { Address } from './kernels.ts';
import type { Parameters } from './parameters.ts';
import { Sequence } from './sequence.ts';
import { Stack } from './stack/stack.ts';
import type { Topology } from './topology.ts';
import type { Workspace } from './workspace.ts';

/** Creates the first part of a model, over tokens or over values. */
export function featuresOf(
  { features }: Topology,
  workspace: Workspace,
  parameters: Parameters,
  scratch: Address,
  training: boolean,
): Features {
  return features.kind === 'tokens'
    ? new Sequence(workspace, features, parameters, scratch, training)
    : new Stack(workspace, features, parameters, scratch, training);
}
