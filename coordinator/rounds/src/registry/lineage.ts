import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { ModelVersion } from './model-version.ts';
import type { History } from './ports.ts';

/**
 * Returns the models of a version and its ancestors, newest first, without duplicates, at most `most`; the
 * history may end earlier.
 */
export async function lineageOf(
  newest: ModelVersion,
  most: number,
  history: Pick<History, 'version'>,
): Promise<readonly ModelHash[]> {
  const models = new Set<ModelHash>();
  let version: ModelVersion | undefined = newest;
  while (version && models.size < most) {
    models.add(version.model);
    version = version.parent ? await history.version(version.parent) : undefined;
  }
  return [...models];
}
