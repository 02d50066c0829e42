import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import { blockLength, type StoredBytes } from '../../registry/stored-bytes.ts';
import { ifThere, onDisk, withFile } from './durable-file.ts';

/** Blocks that are kept of those read last, for all who read: 32 MiB. */
const mostBlocks = 512;
/** Blocks whose digests are known at most: those of 8 GiB, in 4 MiB. */
const mostDigests = 131_072;
const digestLength = 32;

/** What is known of a file that was read through once and fits its name. */
interface Checked {
  readonly length: number;
  /** The SHA-256 of each block. */
  readonly digests: Uint8Array;
}

/**
 * Reads the files of a folder that are named by the SHA-256 of what they hold, in blocks. A file is read through once, before anything of it
 * is given out, and from then on each block is held to what it was; those who want one block at the same time share one read.
 */
export class BlobBlocks {
  readonly #folder: string;
  /** By hash, the least recently opened first. */
  readonly #checked = new Map<string, Promise<Checked>>();
  #digests = 0;
  /** By hash and number, the least recently read first. */
  readonly #blocks = new BoundedMap<string, Promise<Uint8Array>>(mostBlocks);
  /** Files are read through one at a time, however many are asked for. */
  readonly #readings = new PromiseQueue();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** As `BlobStore.open`; reading throws the same of a file that has changed since. */
  async open(hash: string, toRead?: () => void): Promise<StoredBytes> {
    if (!this.#checked.has(hash)) toRead?.();
    const { length } = await this.#check(hash);
    return { length, read: (start, end) => this.#read(hash, start, end) };
  }

  /** Forgets a file that was deleted. */
  forget(hash: string): void {
    this.#forgetFile(hash);
    for (const key of this.#blocks.keys()) if (key.startsWith(hash)) this.#blocks.delete(key);
  }

  async *#read(hash: string, start: number, end: number): AsyncIterable<Uint8Array> {
    for (let at = start; at < end; ) {
      const number = Math.floor(at / blockLength);
      const from = number * blockLength;
      const block = await this.#block(hash, number);
      yield block.subarray(at - from, Math.min(end - from, block.length));
      at = from + blockLength;
    }
  }

  #block(hash: string, number: number): Promise<Uint8Array> {
    const key = `${hash}:${number}`;
    const block = this.#blocks.get(key) ?? this.#readBlock(hash, number);
    this.#blocks.set(key, block);
    block.catch(() => {
      if (this.#blocks.get(key) === block) this.#blocks.delete(key);
    });
    return block;
  }

  async #readBlock(hash: string, number: number): Promise<Uint8Array> {
    const { length, digests } = await this.#check(hash);
    const from = number * blockLength;
    const block = Buffer.allocUnsafeSlow(Math.min(blockLength, length - from));
    await this.#open(hash, async file => {
      if ((await fill(file, block, from)) < block.length) throw this.#corrupt(hash);
    });
    const digest = digests.subarray(number * digestLength, (number + 1) * digestLength);
    if (!sha256(block).equals(digest)) throw this.#corrupt(hash);
    return block;
  }

  #check(hash: string): Promise<Checked> {
    const known = this.#checked.get(hash);
    if (known) {
      this.#checked.delete(hash);
      this.#checked.set(hash, known);
      return known;
    }
    if (!hashPattern.test(hash)) throw new MurmurationError('model.missing');
    const checked = this.#readings.run(() => this.#readThrough(hash));
    this.#checked.set(hash, checked);
    checked.then(
      ({ digests }) => this.#remember(digests.length / digestLength),
      () => this.#checked.delete(hash),
    );
    return checked;
  }

  #remember(blocks: number): void {
    this.#digests += blocks;
    for (const oldest of this.#checked.keys()) {
      if (this.#digests <= mostDigests || this.#checked.size === 1) break;
      this.#forgetFile(oldest);
    }
  }

  #forgetFile(hash: string): void {
    const checked = this.#checked.get(hash);
    this.#checked.delete(hash);
    checked?.then(
      ({ digests }) => {
        this.#digests -= digests.length / digestLength;
      },
      () => {},
    );
  }

  async #readThrough(hash: string): Promise<Checked> {
    const whole = createHash('sha256');
    const digests: Buffer[] = [];
    let length = 0;
    const block = Buffer.allocUnsafeSlow(blockLength);
    await this.#open(hash, async file => {
      for (;;) {
        const read = await fill(file, block, length);
        const part = block.subarray(0, read);
        whole.update(part);
        if (read > 0) digests.push(sha256(part));
        length += read;
        if (read < blockLength) break;
      }
    });
    if (whole.digest('hex') !== hash) throw this.#corrupt(hash);
    return { length, digests: Buffer.concat(digests) };
  }

  async #open(hash: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
    const isThere = await onDisk(`The blob ${hash} can't be read`, () =>
      ifThere(
        withFile(join(this.#folder, hash), 'r', async file => {
          await work(file);
          return true;
        }),
      ),
    );
    if (!isThere) throw new MurmurationError('model.missing');
  }

  #corrupt(hash: string): MurmurationError {
    return new MurmurationError(
      'model.corrupt',
      `The bytes of ${join(this.#folder, hash)} don't match their hash; restore the file from a backup.`,
    );
  }
}

/** Reads into `block` what the file has from `position`, and returns how many bytes that is. */
async function fill(file: FileHandle, block: Uint8Array, position: number): Promise<number> {
  let read = 0;
  while (read < block.length) {
    const { bytesRead } = await file.read(block, read, block.length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return read;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
