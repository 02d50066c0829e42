import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** ms for which the token counts at most: it is revoked at the end, which a process that is killed has none of. */
const longest = 24 * 3_600_000;

/** How a person asks the model of a demonstration. */
export interface Asking {
  /** For a shell. It reads the token from a file, so that nobody who pastes it elsewhere shows one. */
  readonly line: string;
  /** Revokes the token, and deletes the file. */
  readonly end: () => Promise<void>;
}

/** What a token is made with. */
export interface AskingPorts {
  readonly url: string;
  readonly operatorToken: string;
  readonly model: string;
  /** ms since 1970. */
  readonly now: number;
}

/** Makes a token that may ask one model and nothing else, in a file that only this person can read. Throws `server.unreachable`. */
export async function openAsking({ url, operatorToken, model, now }: AskingPorts): Promise<Asking> {
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${url}/v1/admin/inference-tokens${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new MurmurationError('server.unreachable', `${path} answered ${answer.status}.`);
    return answer.json();
  };
  const expiresAt = new Date(now + longest).toISOString();
  const terms = { name: 'the line of npm start', rights: ['predict'], models: [model], expiresAt };
  const { token, text } = (await post('', { ...terms, rate: null, quota: null })) as {
    token: { id: string };
    text: string;
  };
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-ask-'));
  const file = join(folder, 'header');
  await writeFile(file, `Authorization: Bearer ${text}\n`, { mode: 0o600 });
  const body = JSON.stringify({ instances: ['how are', 'see you'] });
  return {
    line: `curl -H @${file} ${url}/v1/models/${model}:predict --data '${body}'`,
    async end() {
      await rm(folder, { recursive: true, force: true });
      await post(`/${token.id}/revoke`, {});
    },
  };
}
