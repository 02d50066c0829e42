import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerOf, type Workload } from '../unit/deploy/cluster.ts';
import type { ImageConfig } from './store.ts';

/** Where the files of an image lie, and what it says of its processes. */
export interface UnpackedImage {
  readonly files: string;
  readonly config: ImageConfig;
}

/** What a cluster would give to a pod. */
export interface Given {
  /** Folders, by the name of the volume. */
  readonly volumes: Readonly<Record<string, string>>;
  /** The text of each secret that a variable names, by the variable. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** In place of the arguments of the manifest. */
  readonly args?: readonly string[];
}

const noRights = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };

/** A container of crun, run as a workload of the manifests says: its account, rights, root, volumes, variables and arguments. */
export class Container {
  readonly #id: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  output = '';
  errors = '';

  /** `folder` is its own; names are found in the file `hosts` there. */
  constructor(folder: string, image: UnpackedImage, workload: Workload, given: Given) {
    this.#id = `murmuration-${process.pid}-${folder.split('/').at(-1)}`;
    this.#folder = folder;
    mkdirSync(join(folder, 'bundle'), { recursive: true });
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 localhost murmuration\n');
    writeFileSync(
      join(folder, 'bundle/config.json'),
      JSON.stringify(specification(image, workload, given, folder)),
    );
    this.#process = spawn('crun', this.#crun('run', '--bundle', join(folder, 'bundle'), this.#id), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  /** Runs a command in it; its exit code and what it printed. */
  exec(...command: readonly string[]): { code: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('crun', this.#crun('exec', this.#id, ...command), {
      encoding: 'utf8',
    });
    return { code: status, output: `${stdout}${stderr}` };
  }

  signal(name: 'TERM' | 'KILL'): void {
    spawnSync('crun', this.#crun('kill', this.#id, name));
  }

  /** Its exit code. */
  async ended(): Promise<number | null> {
    if (this.#process.exitCode === null) await once(this.#process, 'close');
    return this.#process.exitCode;
  }

  get isOver(): boolean {
    return this.#process.exitCode !== null;
  }

  #crun(...args: readonly string[]): string[] {
    return ['--cgroup-manager=disabled', '--root', join(this.#folder, 'crun'), ...args];
  }
}

/** The configuration of the OCI runtime specification. */
function specification({ files, config }: UnpackedImage, workload: Workload, given: Given, folder: string) {
  const container = containerOf(workload);
  const { runAsUser: uid, runAsGroup: gid, fsGroup } = workload.spec!.template.spec!.securityContext!;
  const variables = (container.env ?? []).flatMap(({ name, value = given.secrets?.[name] }) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const temporary = (destination: string, ...options: readonly string[]) => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', ...options],
  });
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid, additionalGids: [fsGroup] },
      args: [...config.Entrypoint, ...(given.args ?? container.args ?? [])],
      env: [...config.Env, ...variables],
      cwd: config.WorkingDir,
      capabilities: noRights,
      noNewPrivileges: container.securityContext?.allowPrivilegeEscalation === false,
    },
    root: { path: files, readonly: container.securityContext?.readOnlyRootFilesystem === true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      temporary('/dev', 'mode=0755'),
      {
        destination: '/etc/hosts',
        type: 'bind',
        source: join(folder, 'hosts'),
        options: ['bind', 'ro'],
      },
      ...(container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) =>
        name === 'tmp'
          ? temporary(mountPath, 'nodev', 'mode=1777')
          : {
              destination: mountPath,
              type: 'bind',
              source: given.volumes[name],
              options: ['bind', readOnly ? 'ro' : 'rw'],
            },
      ),
    ],
    linux: { namespaces: ['pid', 'mount', 'ipc', 'uts'].map(type => ({ type })) },
  };
}
