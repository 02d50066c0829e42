import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from 'rabbitmq-client';
import { freePort } from '../free-port.ts';

/** A RabbitMQ of its own: on free ports, with all that it keeps in a folder that is gone at the end. */
export class RabbitmqServer {
  readonly url: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #epmd: ChildProcess;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number, env: NodeJS.ProcessEnv, epmd: ChildProcess) {
    this.url = `amqp://guest:guest@127.0.0.1:${port}`;
    this.#folder = folder;
    this.#env = env;
    this.#epmd = epmd;
  }

  static async start(): Promise<RabbitmqServer> {
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-rabbitmq-'));
    const [port, distribution, names] = [await freePort(), await freePort(), await freePort()];
    const inFolder = (name: string) => join(folder, name);
    await writeFile(inFolder('rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\n`);
    await writeFile(inFolder('plugins'), '[].');
    await writeFile(inFolder('env'), '');
    const env = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      // Where its cookie lies.
      HOME: folder,
      ERL_EPMD_PORT: String(names),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: `murmuration-${port}@localhost`,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_CONF_ENV_FILE: inFolder('env'),
      RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('plugins'),
      RABBITMQ_MNESIA_BASE: inFolder('data'),
      RABBITMQ_LOG_BASE: inFolder('log'),
      RABBITMQ_PID_FILE: inFolder('pid'),
      // Idle schedulers that spin take time from others.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
    };
    // It would start one by itself, which stayed behind.
    const epmd = spawn('epmd', ['-address', '127.0.0.1', '-port', String(names)], { env, stdio: 'ignore' });
    while (spawnSync('epmd', ['-port', String(names), '-names'], { env }).status !== 0);
    const server = new RabbitmqServer(folder, port, env, epmd);
    await server.restart();
    return server;
  }

  /** Starts it on what it had. */
  async restart(): Promise<void> {
    await rm(join(this.#folder, 'pid'), { force: true });
    const program = join(process.env.RABBITMQ_FOLDER ?? '/usr/lib/rabbitmq/bin', 'rabbitmq-server');
    this.#server = spawn(program, { env: this.#env, stdio: 'ignore', detached: true });
    const connection = new Connection({ url: this.url, retryLow: 50, retryHigh: 100 });
    connection.on('error', () => {});
    await connection.onConnect(120_000);
    await connection.close();
  }

  /** kill -9, of all of it. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    const pid = Number(await readFile(join(this.#folder, 'pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    if (server.pid !== undefined && server.pid !== pid) process.kill(-server.pid, 'SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    this.#epmd.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
