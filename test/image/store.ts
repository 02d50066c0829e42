import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../docs/documents.ts';

/** What an image says of the processes that run it. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** Images that buildah makes and keeps in a folder of its own. */
export class ImageStore {
  readonly #folder: string;
  readonly #log: (line: string) => void;

  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Makes an image that holds what lies in a folder, and no more. */
  fromFolder(folder: string, name: string): void {
    const container = this.#run('from', 'scratch');
    this.#run('add', '--quiet', container, folder, '/');
    this.#run('commit', '--quiet', container, name);
    this.#run('rm', container);
  }

  /** Builds the Dockerfile of the repository. `base`: the image that stands for the one that it names; without it, that one is fetched. */
  build(name: string, base: string | undefined): void {
    const [, named] = /^FROM (\S+)/m.exec(readFileSync(`${root}Dockerfile`, 'utf8'))!;
    const contexts = base === undefined ? [] : ['--build-context', `${named}=container-image://${base}`];
    this.#run(
      'build',
      ...limits(),
      ...['--isolation', 'chroot', '--network', 'host', '--format', 'docker'],
      ...this.#npmVolumes(),
      ...contexts,
      ...['--file', `${root}Dockerfile`, '--tag', name, root],
    );
  }

  config(name: string): ImageConfig {
    return JSON.parse(this.#run('inspect', '--type', 'image', name)).Docker.config;
  }

  /** Puts the files of an image somewhere, and says where. */
  mount(name: string): string {
    return this.#run('mount', this.#run('from', name));
  }

  /** Lets go of all that it holds. */
  close(): void {
    this.#run('rm', '--all');
    this.#run('rmi', '--all', '--force');
  }

  /** npm in the build as npm is set up here: the same registry, trusted as here, and what it has fetched before. None of it stays in the image. */
  #npmVolumes(): string[] {
    const setting = (name: string) => {
      const value = spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' }).stdout.trim();
      return value === 'null' || value === 'undefined' ? '' : value;
    };
    const settings = join(this.#folder, 'npmrc');
    const [authorities, cache] = [setting('cafile'), setting('cache')];
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(
      settings,
      `registry=${setting('registry')}\n${authorities ? 'cafile=/run/authorities.pem\n' : ''}`,
    );
    chmodSync(settings, 0o600);
    mkdirSync(cache, { recursive: true });
    const volumes = [`${settings}:/root/.npmrc:ro`, `${cache}:/root/.npm`];
    if (authorities) volumes.push(`${authorities}:/run/authorities.pem:ro`);
    return volumes.flatMap(volume => ['--volume', volume]);
  }

  /** What buildah prints. */
  #run(...args: readonly string[]): string {
    const places = ['--root', join(this.#folder, 'images'), '--runroot', join(this.#folder, 'run')];
    const { status, stdout, stderr, error } = spawnSync(
      'buildah',
      [...places, '--storage-driver', 'vfs', ...args],
      { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
    );
    if (error) throw error;
    if (status !== 0) {
      this.#log(`${stdout}${stderr}`);
      throw new Error(`buildah ${args[0]} failed.`);
    }
    return stdout.trim();
  }
}

/** As many files and processes as this process may have: Debian's buildah wants more of both. */
function limits(): string[] {
  const own = readFileSync('/proc/self/limits', 'utf8');
  return [
    ['nofile', /^Max open files +\w+ +(\w+)/m] as const,
    ['nproc', /^Max processes +\w+ +(\w+)/m] as const,
  ].flatMap(([name, line]) => {
    const hard = line.exec(own)?.[1]?.replace('unlimited', '-1');
    return ['--ulimit', `${name}=${hard}:${hard}`];
  });
}
