import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PackedProcess } from '../../e2e/processes.ts';
import { ModelFolder } from '../../unit/serving/server/models.ts';

export interface Said {
  readonly status: number;
  readonly body: {
    readonly error?: string;
    readonly outputs?: readonly { readonly data: readonly number[] }[];
  };
}

/** `murmuration inference` over a folder of models, as a process that an attack may hang: it is killed in the end, whatever it does. */
export class ModelServer {
  readonly process: PackedProcess;
  readonly folder: ModelFolder;
  #url = '';

  private constructor(folder: ModelFolder) {
    this.folder = folder;
    this.process = new PackedProcess('coordinator/cli/src/cli.ts', [
      ...['inference', '--from', folder.path, '--port', '0', '--config', join(folder.path, 'config.json')],
    ]);
  }

  static async start(
    fill: (folder: ModelFolder) => Promise<void>,
    settings: object = {},
  ): Promise<ModelServer> {
    const folder = await ModelFolder.create();
    await fill(folder);
    await folder.write('config.json', JSON.stringify({ inference: settings }));
    const server = new ModelServer(folder);
    [server.#url] = (await server.process.printed(/http:\/\/[\w.:]+/)) as unknown as [string];
    return server;
  }

  async ask(path: string, body?: object): Promise<Said> {
    const response = await fetch(`${this.#url}${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json().catch(() => ({}))) as Said['body'] };
  }

  infer(model: string, name: string, datatype: string, shape: readonly number[], data: readonly number[]) {
    return this.ask(`/v2/models/${model}/infer`, { inputs: [{ name, datatype, shape, data }] });
  }

  async ready(): Promise<number> {
    return (await this.ask('/v2/health/ready')).status;
  }

  /** Bytes of memory that it had at most so far. */
  async peak(): Promise<number> {
    const status = await readFile(`/proc/${this.process.child.pid}/status`, 'utf8');
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
  }

  async end(): Promise<void> {
    this.process.child.kill('SIGKILL');
    await this.process.ended();
    await this.folder.remove();
  }
}
