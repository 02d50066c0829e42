import { Buffer } from 'node:buffer';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { storageFailure } from '@murmuration/sql/failures/storage-failure';
import { repeating } from '../../server/waiting.ts';
import type { LogEvent } from '../event.ts';
import type { LogSink } from '../sink.ts';
import { type Chain, chainKinds, makeChain } from './chain.ts';
import { type LogFile, logFiles, pathOf, replaceFile, syncFolder, writeAll } from './folder.ts';
import { deleteFrom, linesAbout } from './forgetting.ts';
import { type LinePlace, lineOf, ownEvent } from './line.ts';
import { lockFolder } from './lock.ts';
import type { FilesOptions, FilesPorts } from './options.ts';
import { packFile } from './packing.ts';
import { headOf, recover } from './recovery.ts';
import { filesToRetire } from './retention.ts';

interface Active {
  readonly handle: FileHandle;
  readonly number: number;
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly beganAt: number;
  size: number;
  /** True if bytes of a failed write may follow `size`. */
  isDirty: boolean;
}

/** Milliseconds between two checks for requests to forget, and for old files. */
const forgetEvery = 5_000;
const choresEvery = 3_600_000;
/** Bytes of the salt of a line. */
const saltLength = 16;
const request = /^forget-([0-9a-f]{64})$/;

/** Returns the name of the file that asks the log's process to forget a person. */
export function forgetRequest(folder: string, person: string): string {
  return join(folder, `forget-${person}`);
}

/**
 * Opens an existing log with its own chain, for maintenance while no process writes it. Throws as
 * `JsonLines.open`, and `config.invalid` if there is no log.
 */
export async function reopenLog(folder: string, ports: FilesPorts): Promise<JsonLines> {
  const last = (await logFiles(folder)).at(-1);
  const head = last && (await headOf(last));
  const chain = chainKinds.find(kind => kind === head?.data.chain);
  if (!chain) throw new MurmurationError('config.invalid', `The folder ${folder} holds no request log.`);
  return JsonLines.open(
    {
      folder,
      chain,
      size: Number.POSITIVE_INFINITY,
      age: Number.POSITIVE_INFINITY,
      gzip: false,
      anchor: null,
      keepFor: null,
      keepBytes: null,
    },
    ports,
  );
}

/** Log in a folder: successive files of JSON Lines. Only one process may use a folder. */
export class JsonLines implements LogSink {
  readonly name = 'files';
  readonly #options: FilesOptions;
  readonly #ports: FilesPorts;
  readonly #chain: Chain | null;
  readonly #unlock: () => Promise<void>;
  /** Writes to the newest file, and maintenance of the others. */
  readonly #writes = new PromiseQueue();
  readonly #chores = new PromiseQueue();
  readonly #began = new Map<number, number>();
  #place: LinePlace;
  #number: number;
  #active: Active | null = null;
  #timers: readonly Cancel[] = [];
  #closed: Promise<void> | undefined;

  private constructor(
    options: FilesOptions,
    ports: FilesPorts,
    unlock: () => Promise<void>,
    left: { readonly place: LinePlace; readonly number: number },
  ) {
    this.#options = options;
    this.#ports = ports;
    this.#chain = options.chain === 'off' ? null : makeChain(options.chain, ports.key?.chain ?? null);
    this.#unlock = unlock;
    this.#place = left.place;
    this.#number = left.number;
  }

  /**
   * Opens a folder, creating it if it is missing, and begins a file. Throws `storage.in-use` if another
   * process logs there, `config.invalid` if the log has another chain, and `storage.*`.
   */
  static async open(options: FilesOptions, ports: FilesPorts): Promise<JsonLines> {
    const { folder, chain } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(error => {
      throw storageFailure(error, `The folder of the log, ${folder}, can't be made`);
    });
    const unlock = await lockFolder(folder);
    try {
      const { files, place, cut } = await recover(folder);
      const last = files.at(-1);
      const head = last && (await headOf(last));
      if (head && head.data.chain !== chain)
        throw new MurmurationError(
          'config.invalid',
          `The log in ${folder} was begun with the chain "${String(head.data.chain)}", not with "${chain}"; choose another folder.`,
        );
      const log = new JsonLines(options, ports, unlock, { place, number: last?.number ?? 0 });
      await log.#begin(cut > 0 ? { recovered: cut } : {});
      for (const file of files) log.#packLater(file);
      void log.#chore('the oldest files of the log', () => log.#retire());
      log.#timers = [
        repeating(choresEvery, ports.clock, () => log.#tidy()),
        repeating(forgetEvery, ports.clock, () => log.#chore('forgetting', () => log.#forgetAsked())),
      ];
      return log;
    } catch (error) {
      await unlock();
      throw storageFailure(error, `The log in ${folder}`);
    }
  }

  /** Writes events. Throws `storage.full` and `storage.failed`; then the file is unchanged. */
  write(events: readonly LogEvent[]): Promise<number> {
    return this.#writes.run(async () => {
      await this.#rotateIfDue();
      await this.#append(events);
      return events.length;
    });
  }

  /**
   * Deletes all lines about a person, given as the pseudonym in the log, in closed files too. Resolves to
   * their number.
   */
  forget(person: string): Promise<number> {
    return this.#chores.run(() => this.#forget(person));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const cancel of this.#timers) cancel();
    await this.#chores.idle();
    try {
      await this.#writes.run(() => this.#end());
    } finally {
      await this.#unlock();
    }
  }

  async #append(events: readonly Pick<LogEvent, 'head' | 'data'>[]): Promise<void> {
    const active = this.#active ?? (await this.#begin());
    const { random, fault } = this.#ports;
    // Drawn together: a draw takes longer than the rest of a line.
    const salts = Buffer.from(this.#chain ? random(saltLength * events.length) : []);
    let drawn = 0;
    const salt = () => {
      const from = drawn;
      drawn += saltLength;
      return salts.toString('base64url', from, drawn);
    };
    const texts: string[] = [];
    let place = this.#place;
    for (const event of events) {
      const { line, link } = lineOf(event, place, this.#chain, salt);
      texts.push(line);
      place = { sequence: place.sequence + 1, link };
    }
    await this.#put(active, utf8(`${texts.join('\n')}\n`));
    this.#place = place;
    await this.#anchor().catch(error => fault('the anchor of the log', error));
  }

  async #put(active: Active, bytes: Uint8Array): Promise<void> {
    const { handle, path } = active;
    try {
      if (active.isDirty) await handle.truncate(active.size);
      active.isDirty = true;
      await writeAll(handle, bytes, active.size);
      await handle.datasync();
      active.isDirty = false;
      active.size += bytes.length;
    } catch (error) {
      // A partial write must not count as lines of the log.
      await handle.truncate(active.size).then(
        () => {
          active.isDirty = false;
        },
        () => {},
      );
      throw storageFailure(error, `The log file ${path} can't be written`);
    }
  }

  /** Begins the next file with the line that describes it. */
  async #begin(more: Readonly<Record<string, unknown>> = {}): Promise<Active> {
    const { folder, chain } = this.#options;
    const number = this.#number + 1;
    const path = pathOf(folder, number);
    const beganAt = this.#ports.clock.now();
    const handle = await open(path, 'w', 0o600).catch(error => {
      throw storageFailure(error, `The log file ${path} can't be made`);
    });
    const active: Active = { handle, number, path, beganAt, size: 0, isDirty: false };
    this.#active = active;
    const data = { format: 1, file: number, chain, previous: hex(this.#place.link), ...more };
    try {
      await syncFolder(folder);
      await this.#append([ownEvent('opened', beganAt, data)]);
    } catch (error) {
      this.#active = null;
      await handle.close().catch(() => {});
      await rm(path, { force: true }).catch(() => {});
      throw error;
    }
    this.#number = number;
    this.#began.set(number, beganAt);
    return active;
  }

  async #rotateIfDue(): Promise<void> {
    const { size, age } = this.#options;
    const active = this.#active;
    if (!active) return;
    if (active.size >= size || this.#ports.clock.now() - active.beganAt >= age) await this.#rotate();
  }

  async #rotate(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    await this.#end();
    this.#packLater({ number: active.number, path: active.path, isPacked: false });
    void this.#chore('the oldest files of the log', () => this.#retire());
    await this.#begin();
  }

  /** Closes the newest file, after syncing it to disk. */
  async #end(): Promise<void> {
    const active = this.#active;
    if (!active) return;
    this.#active = null;
    try {
      if (active.isDirty) await active.handle.truncate(active.size);
      await active.handle.sync();
    } finally {
      await active.handle.close();
    }
  }

  async #anchor(): Promise<void> {
    const { anchor } = this.#options;
    if (anchor === null) return;
    const { sequence, link } = this.#place;
    const text = JSON.stringify({ sequence: sequence - 1, chain: hex(link) });
    await replaceFile(anchor, async file => {
      await file.writeFile(`${text}\n`);
    });
  }

  #packLater(file: LogFile): void {
    if (!this.#options.gzip || file.isPacked) return;
    void this.#chore('packing a log file', () => packFile(file));
  }

  /** Closes an old file, and deletes too old ones, even without writes. */
  #tidy(): void {
    this.#writes.run(() => this.#rotateIfDue()).catch(error => this.#ports.fault('the request log', error));
    void this.#chore('the oldest files of the log', () => this.#retire());
  }

  async #retire(): Promise<void> {
    const { folder } = this.#options;
    const files = (await logFiles(folder)).filter(({ number }) => number <= this.#number);
    const retired = await filesToRetire(files, this.#options, this.#ports.clock.now(), file =>
      this.#beganAt(file),
    );
    const last = retired.at(-1);
    if (!last) return;
    const record = () =>
      this.#writes.run(() =>
        this.#append([ownEvent('retired', this.#ports.clock.now(), { through: last.number })]),
      );
    // On a full disk, only the deletion makes room for its record.
    const isRecorded = await record().then(
      () => true,
      () => false,
    );
    for (const { path } of retired) await rm(path, { force: true });
    if (!isRecorded) await record();
  }

  async #beganAt(file: LogFile): Promise<number> {
    let found = this.#began.get(file.number);
    if (found === undefined) {
      found = Date.parse((await headOf(file))?.time ?? '');
      this.#began.set(file.number, found);
    }
    return found;
  }

  async #forgetAsked(): Promise<void> {
    for (const name of await readdir(this.#options.folder)) {
      const person = request.exec(name)?.[1];
      if (person === undefined) continue;
      await this.#forget(person);
      await rm(join(this.#options.folder, name), { force: true });
    }
  }

  async #forget(person: string): Promise<number> {
    const { folder } = this.#options;
    // Now everything logged so far is in closed files.
    await this.#writes.run(() => this.#rotate());
    const closed = (await logFiles(folder)).filter(({ number }) => number < this.#number);
    const counts = await Promise.all(closed.map(file => linesAbout(file, person)));
    const lines = counts.reduce((sum, count) => sum + count, 0);
    if (lines === 0) return 0;
    // Before any deletion: after a crash, fewer lines are deleted than recorded, never more.
    await this.#writes.run(() => this.#append([ownEvent('forgotten', this.#ports.clock.now(), { lines })]));
    for (const [index, file] of closed.entries())
      if (counts[index] !== 0) await deleteFrom(file, person, this.#chain);
    return lines;
  }

  async #chore(where: string, work: () => Promise<void>): Promise<void> {
    await this.#chores.run(work).catch(error => this.#ports.fault(where, error));
  }
}
