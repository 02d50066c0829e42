import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface FastApiServer {
  readonly url: string;
  /** ms of CPU time that it has taken; NaN where the system does not tell. */
  cpuMs(): Promise<number>;
  close(): Promise<void>;
}

const python = '/usr/bin/python3';

/** FastAPI on uvicorn, uvloop and httptools with a model in onnxruntime; undefined where Python does not have them (Debian's `python3-` of these names). */
export async function fastApiServer(model: Uint8Array): Promise<FastApiServer | undefined> {
  if (spawnSync(python, ['-c', 'import fastapi, uvicorn, uvloop, httptools, onnxruntime']).status !== 0)
    return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-fastapi-'));
  const file = join(folder, 'model.onnx');
  await writeFile(file, model);
  const child = spawn(python, [fileURLToPath(new URL('./fast_api.py', import.meta.url)), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  };
  const cpuMs = async () => {
    const text = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    // The 14th and the 15th field, in ticks of 10 ms; the second is in brackets and may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  };
  const heard: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    heard.push(line);
    const url = /running on (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    // Whoever does not read on would stop it at some time.
    child.stderr.resume();
    return { url, cpuMs, close };
  }
  await close();
  throw new Error(`FastAPI ended: ${heard.join('\n')}`);
}
