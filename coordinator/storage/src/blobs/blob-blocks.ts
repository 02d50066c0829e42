import { createHash } from 'node:crypto';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import { blockLength, type StoredBytes } from '@murmuration/rounds/registry/stored-bytes';

/** Most blocks in memory, the last read ones, shared by all readers: 32 MiB. */
const mostBlocks = 512;
/** Most blocks with known digests: those of 8 GiB, in 4 MiB. */
const mostDigests = 131_072;
const digestBytes = 32;

/** Reads bytes of a blob from `position` on into `block`; returns their number, 0 at the end. */
type ReadBytes = (block: Uint8Array, position: number) => Promise<number>;

/** Location of blobs. */
export interface BlobPlace {
  /**
   * Calls `work` with a reader of a blob's bytes; returns false if there is no such blob. Throws
   * `storage.*`.
   */
  reading(hash: string, work: (read: ReadBytes) => Promise<void>): Promise<boolean>;
}

/** Blob that was read through once and matches its hash. */
interface Checked {
  readonly length: number;
  /** SHA-256 of each block. */
  readonly digests: Uint8Array;
}

/**
 * Reads blobs, named by the SHA-256 of their bytes, in blocks. A blob is read through once before any of it
 * is returned; from then on each block is checked against its digest. Concurrent readers of a block share
 * one read.
 */
export class BlobBlocks {
  readonly #place: BlobPlace;
  /** Map from a hash to its checked blob, least recently opened first. */
  readonly #checked = new Map<string, Promise<Checked>>();
  #digests = 0;
  /** Map from a hash and block number to the block, least recently read first. */
  readonly #blocks = new BoundedMap<string, Promise<Uint8Array>>(mostBlocks);
  /** Reads through one blob at a time. */
  readonly #readings = new PromiseQueue();

  constructor(place: BlobPlace) {
    this.#place = place;
  }

  /** Opens a blob as `BlobStore.open`; reads throw the same errors if the blob has changed since. */
  async open(hash: string, toRead?: () => void): Promise<StoredBytes> {
    if (!this.#checked.has(hash)) toRead?.();
    const { length } = await this.#check(hash);
    return { length, read: (start, end) => this.#read(hash, start, end) };
  }

  /** Drops a deleted blob from memory. */
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
    await this.#reading(hash, async read => {
      if ((await fill(read, block, from)) < block.length) throw this.#corrupt(hash);
    });
    const digest = digests.subarray(number * digestBytes, (number + 1) * digestBytes);
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
      ({ digests }) => this.#remember(digests.length / digestBytes),
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
        this.#digests -= digests.length / digestBytes;
      },
      () => {},
    );
  }

  async #readThrough(hash: string): Promise<Checked> {
    const whole = createHash('sha256');
    const digests: Buffer[] = [];
    let length = 0;
    const block = Buffer.allocUnsafeSlow(blockLength);
    await this.#reading(hash, async read => {
      for (;;) {
        const filled = await fill(read, block, length);
        const part = block.subarray(0, filled);
        whole.update(part);
        if (filled > 0) digests.push(sha256(part));
        length += filled;
        if (filled < blockLength) break;
      }
    });
    if (whole.digest('hex') !== hash) throw this.#corrupt(hash);
    return { length, digests: Buffer.concat(digests) };
  }

  async #reading(hash: string, work: (read: ReadBytes) => Promise<void>): Promise<void> {
    if (!(await this.#place.reading(hash, work))) throw new MurmurationError('model.missing');
  }

  #corrupt(hash: string): MurmurationError {
    return new MurmurationError(
      'model.corrupt',
      `The bytes of the blob ${hash} don't match their hash; restore them from a backup.`,
    );
  }
}

/** Reads until `block` is full or the blob ends; returns the number of bytes. */
async function fill(read: ReadBytes, block: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < block.length) {
    const bytes = await read(block.subarray(filled), position + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
