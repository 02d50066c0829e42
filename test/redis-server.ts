import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RedisAddress, readRedisAddress } from '@murmuration/tuning/queue/address';
import { connectRedis } from '@murmuration/tuning/queue/connection';
import { services } from '../scripts/services.mjs';
import { freePort } from './free-port.ts';

/** Of every server here: it may stand nowhere but in addresses. */
export const redisPassword = 'a secret of tests';

/** A real Redis of its own, in a temporary folder, on a free port of this machine. It keeps nothing when it ends. */
export class RedisServer {
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess;

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.#folder = folder;
    this.#port = port;
    this.#process = process;
  }

  static async start(): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-redis-'));
    const port = await freePort();
    return new RedisServer(folder, port, await run(folder, port));
  }

  /** With the password. */
  get url(): string {
    return `redis://:${encodeURIComponent(redisPassword)}@127.0.0.1:${this.#port}`;
  }

  get address(): RedisAddress {
    return readRedisAddress(this.url, {});
  }

  /** A connection of the test's own, to be closed by it. */
  connect(): ReturnType<typeof connectRedis> {
    return connectRedis(this.address, () => {});
  }

  /** Ends it at once, with all that it holds. */
  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Starts it again at the same address, empty. */
  async startAgain(): Promise<void> {
    this.#process = await run(this.#folder, this.#port);
  }

  async remove(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function run(folder: string, port: number): Promise<ChildProcess> {
  const place = services.find(({ tag }) => tag === 'redis')?.find(process.env.REDIS_FOLDER || undefined);
  if (!place) throw new Error('Redis is not installed.');
  const settings = {
    bind: '127.0.0.1',
    port,
    dir: folder,
    requirepass: redisPassword,
    save: '',
    appendonly: 'no',
  };
  const child = spawn(
    join(place, 'redis-server'),
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (line.includes('Ready to accept connections')) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error(`Redis did not start: ${lines.join('\n')}`);
}
