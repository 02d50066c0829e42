import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash, type TaskName } from '@murmuration/protocol/ids/ids';
import * as z from 'zod/mini';
import type { Transport } from '../transport/transport.ts';

/** Bytes of the longest description of a version. */
const maxPageLength = 65_536;

const page = z.object({
  models: z.array(z.object({ model: z.string().check(z.regex(hashPattern)) })).check(z.maxLength(1)),
});

/**
 * Returns the newest version of a task, from the coordinator's public list; null if there is
 * none. Throws `server.*` and `request.*`.
 */
export async function newestVersion(
  transport: Pick<Transport, 'download'>,
  task: TaskName,
  signal: AbortSignal,
): Promise<ModelHash | null> {
  const bytes = await transport.download(`/v1/tasks/${task}/models?limit=1`, maxPageLength, signal);
  const parsed = z.safeParse(page, parseJson(bytes), { jitless: true });
  if (!parsed.success)
    throw new MurmurationError('server.unreachable', 'The list of model versions is not one of ours.');
  return (parsed.data.models[0]?.model ?? null) as ModelHash | null;
}
