import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { services } from '../scripts/services.mjs';
import { freePort } from './free-port.ts';

export interface PgBouncerOptions {
  /** The server behind it: the address of any of its databases. */
  readonly server: string;
  /** What a connection of a client has a session of the server for. */
  readonly mode: 'session' | 'transaction';
  /** Parameters that clients may ask for, and which it does not pass on. */
  readonly ignored?: readonly string[];
  /** Whether it goes around its connections to the server, rather than take the one that was used last. */
  readonly roundRobin?: boolean;
}

/** A real PgBouncer before a server of PostgreSQL, on a free port. */
export class PgBouncer {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #port: number;
  readonly #server: URL;

  private constructor(folder: string, process: ChildProcess, port: number, server: URL) {
    this.#folder = folder;
    this.#process = process;
    this.#port = port;
    this.#server = server;
  }

  static async start(options: PgBouncerOptions): Promise<PgBouncer> {
    const { mode, ignored = [], roundRobin = false } = options;
    const server = new URL(options.server);
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-pgbouncer-'));
    const port = await freePort();
    const users = join(folder, 'users.txt');
    writeFileSync(users, `"${server.username}" "${decodeURIComponent(server.password)}"\n`);
    const settings = join(folder, 'pgbouncer.ini');
    writeFileSync(
      settings,
      `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
server_round_robin = ${roundRobin ? 1 : 0}
ignore_startup_parameters = ${ignored.join(', ')}
`,
    );
    // It does not run as root, and somebody else has to read what it is given.
    for (const [path, access] of [
      [folder, 0o755],
      [users, 0o644],
      [settings, 0o644],
    ] as const)
      chmodSync(path, access);
    const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn(join(folderOf(), 'pgbouncer'), [...asNobody, settings], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const lines: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      lines.push(line);
      if (!line.includes('process up')) continue;
      child.stderr.resume();
      return new PgBouncer(folder, child, port, server);
    }
    throw new Error(`PgBouncer did not start: ${lines.join('\n')}`);
  }

  /** The address of a database of the server behind it. */
  address(behind: string): string {
    const url = new URL(behind);
    if (url.host !== this.#server.host) throw new Error(`${behind} is not of the server behind it.`);
    url.host = `127.0.0.1:${this.#port}`;
    return url.href;
  }

  async remove(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function folderOf(): string {
  const service = services.find(({ tag }) => tag === 'pgbouncer');
  const folder = service?.find(process.env.PGBOUNCER_FOLDER || undefined);
  if (!folder) throw new Error('PgBouncer is not installed.');
  return folder;
}
