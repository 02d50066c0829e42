import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { builtinModules, createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { freePort } from '../../../free-port.ts';

/** Cloudflare's runtime of Workers; undefined where there is none for this machine. */
export const workerd = find();

function find(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  try {
    const path = createRequire(import.meta.url).resolve('@cloudflare/workerd-linux-64/bin/workerd');
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** What bundlers for Workers do with packages: their conditions, Node's modules left to the platform, and what CommonJS expects. */
export async function bundleWorker(entry: string, to: string, minify = false): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile: join(to, 'worker.js'),
    bundle: true,
    minify,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    conditions: ['murmuration-source', 'workerd', 'worker', 'browser', 'module'],
    mainFields: ['browser', 'module', 'main'],
    external: ['cloudflare:*', 'node:*', ...builtinModules],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    define: { 'import.meta.url': '"file:///worker.js"' },
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf('/worker');",
    },
    logLevel: 'error',
  });
}

/** A Worker of the examples that serves a folder of models, on a free port of this machine. */
export class Workerd {
  readonly url: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.url = `http://127.0.0.1:${port}`;
    this.#folder = folder;
  }

  /** Bundles it. @param models the folder. @param inference the settings, as JSON. */
  static async prepare(models: string, inference: string): Promise<Workerd> {
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-workerd-'));
    const port = await freePort();
    const entry = new URL('../../../../examples/serverless/worker.js', import.meta.url);
    await bundleWorker(fileURLToPath(entry), folder);
    await cp(models, join(folder, 'models'), { recursive: true });
    const files = await readdir(join(folder, 'models'), { recursive: true, withFileTypes: true });
    const data = files
      .filter(file => file.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
    const modules = [
      '(name = "worker.js", esModule = embed "worker.js")',
      '(name = "kernels.wasm", wasm = embed "kernels.wasm")',
      ...data.map(name => `(name = "${name}", data = embed "${name}")`),
    ];
    await writeFile(
      join(folder, 'workerd.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  bindings = [(name = "INFERENCE", text = ${JSON.stringify(inference)})],
  compatibilityDate = "2026-11-10",
);
`,
    );
    return new Workerd(port, folder);
  }

  /** Resolves once it listens. @param binary of workerd. */
  async start(binary: string): Promise<void> {
    const child = spawn(binary, ['serve', join(this.#folder, 'workerd.capnp'), '--control-fd=3'], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let said = '';
    child.stderr?.on('data', (text: Buffer) => {
      said = `${said}${text}`.slice(-4_096);
    });
    const listening = once(child.stdio[3] as NodeJS.ReadableStream, 'data');
    const ended = once(child, 'exit').then(() => {
      throw new Error(`workerd ended: ${said}`);
    });
    ended.catch(() => {});
    await Promise.race([listening, ended]);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    child?.kill('SIGKILL');
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await rm(this.#folder, { recursive: true });
  }
}
