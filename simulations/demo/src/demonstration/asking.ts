import { lstat, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Maximum validity of the token, ms: it is revoked at the end, but a killed process can't do that. */
const maxTokenAgeMs = 24 * 3_600_000;

/** Way for a person to ask the model of a demonstration. */
export interface AskingLine {
  /** Command line for a shell. It reads the token from a file, so that a pasted line shows no token. */
  readonly line: string;
  /** Revokes the token, and deletes the file. */
  readonly end: () => Promise<void>;
}

/** Arguments for making a token. */
export interface AskingPorts {
  readonly url: string;
  readonly operatorToken: string;
  readonly model: string;
  /** Current time, ms since 1970. */
  readonly now: number;
  /** Temporary folder; that of the system by default. */
  readonly temporary?: string;
}

/** Name of the file in its folder. */
const fileName = 'header';
/** Pattern of the folders, including those of builds that named no process. */
const ours = /^murmuration-ask-(?:(\d+)-)?\w{6}$/;

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Removes this user's files left by killed processes, and those whose token has expired. */
async function removeLeft(temporary: string, now: number): Promise<void> {
  for (const name of await readdir(temporary)) {
    const found = ours.exec(name);
    if (!found) continue;
    const folder = join(temporary, name);
    try {
      // `lstat` does not follow a link, which is therefore no directory.
      const status = await lstat(folder);
      const isLeft = found[1] !== undefined && !isRunning(Number(found[1]));
      if (!isLeft && now - status.mtimeMs <= maxTokenAgeMs) continue;
      // Checks the owner on systems with user ids; elsewhere each user has a temporary folder of their own.
      if (!status.isDirectory() || (process.getuid && status.uid !== process.getuid())) continue;
      await rm(join(folder, fileName), { force: true });
      await rmdir(folder);
    } catch {
      // Another start was faster, or the folder holds something else.
    }
  }
}

/**
 * Creates a token that may only ask one model, in a file that only this user can read. Throws
 * `server.unreachable`.
 */
export async function openAsking({
  url,
  operatorToken,
  model,
  now,
  temporary = tmpdir(),
}: AskingPorts): Promise<AskingLine> {
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${url}/v1/admin/inference-tokens${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new MurmurationError('server.unreachable', `${path} answered ${answer.status}.`);
    return answer.json();
  };
  const expiresAt = new Date(now + maxTokenAgeMs).toISOString();
  const terms = { name: 'the line of npm start', rights: ['predict'], models: [model], expiresAt };
  const { token, text } = (await post('', { ...terms, rate: null, quota: null })) as {
    token: { id: string };
    text: string;
  };
  await removeLeft(temporary, now);
  const folder = await mkdtemp(join(temporary, `murmuration-ask-${process.pid}-`));
  const file = join(folder, fileName);
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
