import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../docs/documents.ts';

/** That of somebody who runs Node without loaders and conditions, builds for others, and has set nothing up. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_ENV: __, VITEST: ___, ...env } = process.env;
  for (const name of Object.keys(env)) if (/^(npm_|INIT_CWD$|MURMURATION_)/.test(name)) delete env[name];
  return env;
}

/** Somebody with an empty home who does what a guide says, in a shell. */
export class Reader {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'murmuration-reader-')));
  /** Where the shell stands: commands with `cd` move on. */
  folder = this.home;
  readonly #running: ChildProcess[] = [];
  readonly #env: NodeJS.ProcessEnv;

  /** `registry`: where npm finds packages. */
  constructor(registry: string) {
    this.#env = { ...plainEnvironment(), HOME: this.home, npm_config_registry: registry };
  }

  /** Runs the commands of a block to their end, and stays where they end. Throws with what they printed where one fails. */
  async run(commands: string, folder = this.folder): Promise<string> {
    // Not at once: the registry of the test answers meanwhile.
    const child = spawn('sh', ['-c', `set -e\n${commands}\necho "at:$PWD"`], { cwd: folder, env: this.#env });
    let printed = '';
    child.stdout.on('data', chunk => (printed += chunk));
    child.stderr.on('data', chunk => (printed += chunk));
    const [status] = await once(child, 'close');
    if (status !== 0) throw new Error(`${commands}\nended with ${status}: ${printed}`);
    if (folder !== root) this.folder = /^at:(.*)$/m.exec(printed)![1]!;
    return printed;
  }

  /** Starts what runs on; what it has printed so far. */
  start(command: string): () => string {
    // A group of its own: npx has children.
    const child = spawn('sh', ['-c', command], { cwd: this.folder, env: this.#env, detached: true });
    this.#running.push(child);
    let printed = '';
    child.stdout.on('data', chunk => (printed += chunk));
    child.stderr.on('data', chunk => (printed += chunk));
    return () => printed;
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Ends all that runs, and removes what there is. */
  leave(): void {
    for (const { pid } of this.#running)
      try {
        process.kill(-pid!, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
