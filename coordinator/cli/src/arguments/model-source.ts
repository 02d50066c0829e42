import { stat } from 'node:fs/promises';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ModelSource } from '@murmuration/serving/source/source';

/**
 * Opens the source of served models: a folder, or the URL of a coordinator, which gets `token`; `unreachable`
 * is called while it does not answer. Throws `config.invalid`, `server.unreachable`.
 */
export async function modelSource(
  from: string,
  clock: Clock,
  unreachable: (error: unknown) => void,
  token = process.env.MURMURATION_READ_TOKEN,
): Promise<ModelSource> {
  if (/^https?:\/\//i.test(from)) {
    const { coordinatorModels } = await import('@murmuration/serving/source/coordinator');
    return coordinatorModels(from, clock, unreachable, token);
  }
  const isFolder = await stat(from).then(
    found => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new MurmurationError(
      'config.invalid',
      `--from: "${from}" is neither a URL nor a folder that is there.`,
    );
  const { folderModels } = await import('@murmuration/serving/source/folder');
  return folderModels(from, clock);
}
