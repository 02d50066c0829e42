import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '../docs/documents.ts';
import { libraries, PackedApp } from '../e2e/packed-app.ts';
import { plainEnvironment } from '../e2e/reader.ts';

/** Figures and facts that an example promises, as they were measured. */
export type Promises = Readonly<Record<string, number | boolean>>;

/** Packs the packages into a new folder, as the guides say; `remove` deletes it. */
export async function packAll(): Promise<{ readonly folder: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-packs-'));
  const packing = spawn(process.execPath, [join(root, 'scripts/pack.mjs'), '--to', folder, 'cli'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(packing, 'exit');
  if (code !== 0) throw new Error('The packages could not be packed.');
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Lines of an example that its user would write: no README, no `data.js`, no comments, nothing blank. */
export function linesOf(name: string): number {
  const folder = join(root, 'examples', name);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(file => file.isFile() && !/[/\\]state\b/.test(file.parentPath))
    .filter(file => file.name !== 'README.md' && file.name !== 'data.js')
    .flatMap(file => readFileSync(join(file.parentPath, file.name), 'utf8').split('\n'))
    .filter(line => !/^\s*($|\/\/|\/\*\*|\*|<!--.*-->$)/.test(line)).length;
}

/** Program that runs in the folder of an example. */
export class ExampleProgram {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  printed = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'close');
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
  }

  /** Waits until it has printed what matches. Throws with all that it printed if it ends before. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.printed);
      if (found) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`It ended without ${pattern}: ${this.printed}`);
      await pause(50);
    }
  }

  /** Exit code of its end. */
  async code(): Promise<number | null> {
    return (await this.#ended)[0] as number | null;
  }

  /** Ends it, if it has not ended. */
  async stop(): Promise<void> {
    // Those that it started end with it.
    this.#child.kill('SIGTERM');
    const killed = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(killed);
  }
}

/** Copy of an example in an app of somebody who has installed the packed packages, and knows nothing of the repository. */
export class PackedExample {
  readonly folder: string;
  readonly #app: PackedApp;
  readonly #running: ExampleProgram[] = [];

  constructor(name: string, packs: string) {
    this.#app = new PackedApp([...libraries, 'cli'], packs);
    const bin = join(this.#app.folder, 'node_modules/.bin');
    mkdirSync(bin);
    symlinkSync('../@murmuration/cli/bin/murmuration.mjs', join(bin, 'murmuration'));
    this.folder = join(this.#app.folder, name);
    cpSync(join(root, 'examples', name), this.folder, {
      recursive: true,
      filter: path => !path.endsWith('/state'),
    });
  }

  /** Starts one of its programs with Node. */
  start(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): ExampleProgram {
    return this.#spawn(process.execPath, [file, ...args], env);
  }

  /** Runs a command of its README to the end, and returns what it printed. Throws if it fails. */
  async command(line: string): Promise<string> {
    const program = this.#spawn('sh', ['-c', line], {});
    const code = await program.code();
    if (code !== 0) throw new Error(`${line} ended with ${code}: ${program.printed}`);
    return program.printed;
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  async leave(): Promise<void> {
    for (const program of this.#running) await program.stop();
    this.#app.remove();
  }

  #spawn(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ExampleProgram {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...plainEnvironment(), PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const program = new ExampleProgram(child);
    this.#running.push(program);
    return program;
  }
}
