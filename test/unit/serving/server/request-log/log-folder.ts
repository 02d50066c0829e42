import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { eventTypes, type LogEvent, logEvent } from '@murmuration/serving/request-log/event';
import type { ChainKind } from '@murmuration/serving/request-log/files/chain';
import { logFiles } from '@murmuration/serving/request-log/files/folder';
import type { FilesOptions } from '@murmuration/serving/request-log/files/options';
import { type Verification, verifyLog } from '@murmuration/serving/request-log/files/verify';
import { JsonLines } from '@murmuration/serving/request-log/files/writer';
import { logKey } from '@murmuration/serving/request-log/key';
import { seededRandom } from '../../../../seeded-random.ts';

export const key = logKey(new Uint8Array(32).fill(9));

/** A folder for logs, gone at the end. */
export class LogFolder {
  readonly path: string;
  readonly clock = new VirtualClock();
  readonly faults: unknown[] = [];
  readonly #random = seededRandom(1);

  private constructor(path: string) {
    this.path = path;
  }

  static async create(inside = tmpdir()): Promise<LogFolder> {
    return new LogFolder(await mkdtemp(join(inside, 'murmuration-log-')));
  }

  get folder(): string {
    return join(this.path, 'log');
  }

  get anchor(): string {
    return join(this.path, 'anchor.json');
  }

  options(changes: Partial<FilesOptions> = {}): FilesOptions {
    return {
      folder: this.folder,
      size: 64 << 20,
      age: 86_400_000,
      gzip: false,
      chain: 'open',
      anchor: null,
      keepFor: null,
      keepBytes: null,
      ...changes,
    };
  }

  open(changes: Partial<FilesOptions> = {}): Promise<JsonLines> {
    const fault = (_: string, error: unknown) => this.faults.push(error);
    return JsonLines.open(this.options(changes), { clock: this.clock, random: this.#random, key, fault });
  }

  verify(chain: ChainKind, known: Parameters<typeof verifyLog>[1]['known'] = null): Promise<Verification> {
    return verifyLog(this.folder, { key: chain === 'keyed' ? key.chain : null, known });
  }

  /** The lines of all files, one list each. */
  async lines(): Promise<string[][]> {
    const files = await logFiles(this.folder);
    return Promise.all(
      files.map(async ({ path, isPacked }) => {
        const bytes = await readFile(path);
        return (isPacked ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').slice(0, -1);
      }),
    );
  }

  /** Puts other lines in their place, as somebody would who can write to the folder. */
  async rewrite(files: readonly (readonly string[])[]): Promise<void> {
    const there = await logFiles(this.folder);
    for (const [index, { path, isPacked }] of there.entries()) {
      const lines = files[index];
      if (!lines) await rm(path);
      else {
        const text = lines.map(line => `${line}\n`).join('');
        await writeFile(path, isPacked ? gzipSync(text) : text);
      }
    }
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** A request number `index`, of a person where one is named. */
export function eventOf(index: number, person?: string): LogEvent {
  return logEvent(
    { id: `r${index}`, source: '/test', type: eventTypes.request, time: '2026-01-01T00:00:00.000Z' },
    {
      inferenceservicename: 'm',
      protocol: 'oip',
      ...(person !== undefined && { person: key.person(person) }),
    },
    JSON.stringify({ id: `r${index}`, note: `what was asked in request ${index}` }),
  );
}

export const eventsOf = (from: number, to: number, person?: string): LogEvent[] =>
  Array.from({ length: to - from }, (_, i) => eventOf(from + i, person));
