import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openPostgresql } from '@murmuration/sql/postgresql/open';
import { sql } from 'kysely';
import { services } from '../scripts/services.mjs';
import { freePort } from './free-port.ts';

const password = 'a secret of tests';

/** A real PostgreSQL of its own, in a temporary folder, on a free port of an address of this machine. */
export class PostgresqlServer {
  readonly #host: string;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess;
  #databases = 0;
  #emptied: Promise<string> | undefined;
  /** The databases that were prepared, and what by. */
  readonly #prepared = new Map<(address: string) => Promise<unknown>, Promise<string>>();

  private constructor(host: string, folder: string, port: number, process: ChildProcess) {
    this.#host = host;
    this.#folder = folder;
    this.#port = port;
    this.#process = process;
  }

  static async start(host = '127.0.0.1'): Promise<PostgresqlServer> {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-postgresql-'));
    const owner = ownerOf(folder);
    const secret = join(folder, 'password');
    writeFileSync(secret, password);
    if (owner.uid !== undefined) chownSync(secret, owner.uid, owner.gid ?? owner.uid);
    const { status, stderr } = spawnSync(
      program('initdb'),
      ['-D', join(folder, 'data'), '-U', 'tester', '-E', 'UTF8', '--locale=C', '--no-sync'].concat(
        '--auth=scram-sha-256',
        '--pwfile',
        secret,
      ),
      { ...owner, cwd: folder, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
    const port = await freePort();
    // Those that come from elsewhere have the password as well.
    if (host !== '127.0.0.1')
      appendFileSync(join(folder, 'data/pg_hba.conf'), 'host all all all scram-sha-256\n');
    return new PostgresqlServer(host, folder, port, await run(folder, host, port));
  }

  /** The address of a database that nobody has used yet; or of a copy of one that `prepare` alone has used, once for all copies. */
  async freshDatabase(prepare?: (address: string) => Promise<unknown>): Promise<string> {
    return this.address(await this.#create(prepare && (await this.#preparedBy(prepare))));
  }

  /** The address of one database, empty again each time: for tests of which one begins when the one before has let go of it. */
  async emptyDatabase(): Promise<string> {
    this.#emptied ??= this.freshDatabase();
    const address = await this.#emptied;
    const { rows, close } = await openPostgresql(address, { connections: 1 });
    try {
      await sql.raw('drop schema public cascade').execute(rows);
      await sql.raw('create schema public').execute(rows);
    } finally {
      await close();
    }
    return address;
  }

  /** The name of a database that `prepare` has used. */
  #preparedBy(prepare: (address: string) => Promise<unknown>): Promise<string> {
    const prepared =
      this.#prepared.get(prepare) ??
      this.#create().then(async name => {
        await prepare(this.address(name));
        return name;
      });
    this.#prepared.set(prepare, prepared);
    return prepared;
  }

  /** The name of a new database, a copy of another one where that is named. */
  async #create(template = 'template1'): Promise<string> {
    this.#databases += 1;
    const name = `fresh_${this.#databases}`;
    const { rows, close } = await openPostgresql(this.address('postgres'), { connections: 1 });
    try {
      await sql.raw(`create database ${name} template ${template}`).execute(rows);
    } finally {
      await close();
    }
    return name;
  }

  address(database: string, { secret = password } = {}): string {
    return `postgres://tester:${encodeURIComponent(secret)}@${this.#host}:${this.#port}/${database}`;
  }

  /** Ends it at once, with all connections. */
  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGQUIT');
    await ended;
  }

  async startAgain(): Promise<void> {
    this.#process = await run(this.#folder, this.#host, this.#port);
  }

  /** Stops all of it as it is: it keeps its connections, takes others, and answers nothing until `goOn`. */
  hang(): void {
    // First the one that makes the others.
    this.#signal('SIGSTOP', [this.#process.pid!]);
    this.#signal('SIGSTOP', this.#children());
  }

  goOn(): void {
    this.#signal('SIGCONT', [...this.#children(), this.#process.pid!]);
  }

  #children(): number[] {
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(this.#process.pid)], {
      encoding: 'utf8',
    });
    return stdout.split('\n').map(Number).filter(Boolean);
  }

  #signal(signal: NodeJS.Signals, pids: readonly number[]): void {
    for (const pid of pids) process.kill(pid, signal);
  }

  async remove(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function program(name: string): string {
  const service = services.find(({ tag }) => tag === 'postgresql');
  const folder = service?.find(process.env.POSTGRESQL_FOLDER || undefined);
  if (!folder) throw new Error('PostgreSQL is not installed.');
  return join(folder, name);
}

/** PostgreSQL refuses to run as root: then it runs as somebody else, who has the folder. */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const line = ['postgres', 'nobody']
    .map(name => users.find(user => user.startsWith(`${name}:`)))
    .find(Boolean);
  const [, , uid, gid] = (line ?? '').split(':').map(Number);
  if (!uid || !gid) throw new Error('There is no user postgres nor nobody to run PostgreSQL as.');
  chownSync(folder, uid, gid);
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chownSync(data, uid, gid);
  return { uid, gid };
}

async function run(folder: string, host: string, port: number): Promise<ChildProcess> {
  const settings = [
    `unix_socket_directories=${folder}`,
    `listen_addresses=${host}`,
    'fsync=off',
    'shared_buffers=32MB',
  ];
  const child = spawn(
    program('postgres'),
    ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap(setting => ['-c', setting])],
    { ...ownerOf(folder), cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const lines: string[] = [];
  for await (const line of createInterface(child.stderr)) {
    lines.push(line);
    if (line.includes('database system is ready to accept connections')) {
      child.stderr.resume();
      return child;
    }
  }
  throw new Error(`PostgreSQL did not start: ${lines.join('\n')}`);
}
