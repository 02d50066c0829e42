import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { S3Settings } from '@murmuration/storage/objects/s3-settings';
import { AwsClient } from 'aws4fetch';
import { freePort } from './free-port.ts';

/** An S3 that moto plays, in a process of its own, on a free port of an address of this machine. */
export class S3Server {
  readonly #endpoint: string;
  readonly #process: ChildProcess;
  #buckets = 0;

  private constructor(endpoint: string, process: ChildProcess) {
    this.#endpoint = endpoint;
    this.#process = process;
  }

  static async start(host = '127.0.0.1'): Promise<S3Server> {
    const port = await freePort();
    const python = process.env.S3_PYTHON || '/usr/bin/python3';
    const child = spawn(python, ['-m', 'moto.server', '-H', host, '-p', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      if (/Running on/.test(line)) {
        child.stderr.resume();
        return new S3Server(`http://${host}:${port}`, child);
      }
      said.push(line);
    }
    throw new Error(`${python} runs no moto; S3_PYTHON names one that does: ${said.join('\n')}`);
  }

  /** A bucket that nobody has used yet. */
  async freshBucket(prefix = ''): Promise<S3Settings> {
    this.#buckets += 1;
    const settings: S3Settings = {
      endpoint: this.#endpoint,
      bucket: `models-${this.#buckets}`,
      region: 'us-east-1',
      prefix,
      downloads: 'coordinator',
      accessKeyId: 'the id of tests',
      secretAccessKey: 'the secret of tests',
    };
    const { accessKeyId, secretAccessKey, region } = settings;
    const { ok, status } = await new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' }).fetch(
      `${this.#endpoint}/${settings.bucket}`,
      { method: 'PUT' },
    );
    if (!ok) throw new Error(`The bucket was not made: HTTP ${status}.`);
    return settings;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
  }
}
