import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { messageOf } from '@murmuration/protocol/errors/errors';
import { beginning, type Chain, type ChainKind, chainKinds, makeChain } from './chain.ts';
import { type FileLine, type LogFile, linesOf, logFiles } from './folder.ts';
import { lineTypes, type ReadLine, readLine, splitLine, tombstoneOf } from './line.ts';

/** Line known to have been written, from an anchor or another record. */
export interface KnownLine {
  readonly sequence: number;
  /** Link, hexadecimal. */
  readonly chain: string;
}

/** Place where a log differs from what was written. */
export interface Problem {
  readonly file: string;
  /** Line from 1; 0: the file as a whole. */
  readonly line: number;
  readonly reason: string;
}

/** Result of verifying a log. */
export interface Verification {
  readonly chain: ChainKind;
  readonly files: number;
  readonly lines: number;
  /** Number of lines deleted to forget a person. */
  readonly forgotten: number;
  /** Number of files deleted because of age or size. */
  readonly retired: number;
  /** Bytes of an incomplete last line: of a killed process, or of one that is writing. */
  readonly torn: number;
  /** Last line; null if there is none. */
  readonly head: KnownLine | null;
  /** First problem; null if none was found. */
  readonly problem: Problem | null;
}

export interface VerifyOptions {
  /** Key of a keyed chain. */
  readonly key: Uint8Array | null;
  /** Line that must be there; null: none. */
  readonly known: KnownLine | null;
}

class Found extends Error {
  readonly problem: Problem;

  constructor(file: LogFile, line: number, reason: string) {
    super(reason);
    this.problem = { file: file.path, line, reason };
  }
}

/**
 * Reads a whole log, and finds the first place where it differs from what was written. Throws
 * `config.invalid` if the folder can't be read.
 */
export async function verifyLog(folder: string, options: VerifyOptions): Promise<Verification> {
  const files = await logFiles(folder);
  const walk = new Walk(options, (files[0]?.number ?? 1) - 1);
  try {
    for (const [index, file] of files.entries()) {
      const before = files[index - 1];
      if (before && file.number !== before.number + 1)
        throw new Found(file, 0, `the file before it, number ${file.number - 1}, is missing`);
      await walk.file(file, index === files.length - 1);
    }
    walk.end(files.at(-1) ?? { number: 0, path: folder, isPacked: false });
    return walk.result(files.length, null);
  } catch (error) {
    if (error instanceof Found) return walk.result(files.length, error.problem);
    throw error;
  }
}

class Walk {
  readonly #options: VerifyOptions;
  /** Number of files before the first existing one. */
  readonly #before: number;
  #kind: ChainKind | null = null;
  #chain: Chain | null = null;
  #link: Uint8Array = beginning;
  #sequence: number | null = null;
  #first = 0;
  #lines = 0;
  #tombstones = 0;
  #recorded = 0;
  #through = 0;
  #torn = 0;
  #isKnownThere = false;

  constructor(options: VerifyOptions, before: number) {
    this.#options = options;
    this.#before = before;
  }

  async file(file: LogFile, isLast: boolean): Promise<void> {
    let number = 0;
    try {
      for await (const line of linesOf(file)) {
        number += 1;
        if (line.isWhole) this.#line(file, number, line);
        else if (isLast && !file.isPacked) this.#torn = line.bytes.length;
        else throw new Found(file, number, 'the line is not written to its end');
      }
    } catch (error) {
      if (error instanceof Found) throw error;
      throw new Found(file, number + 1, messageOf(error));
    }
    if (number === 0 && !isLast) throw new Found(file, 0, 'the file is empty');
  }

  /** Checks what can be known only after all lines. */
  end(last: LogFile): void {
    const { known } = this.#options;
    const fail = (reason: string): never => {
      throw new Found(last, 0, reason);
    };
    if (this.#through < this.#before)
      fail(`the files up to number ${this.#before} are missing, and the log does not say that they were old`);
    if (this.#tombstones > this.#recorded)
      fail(`${this.#tombstones} lines were deleted, and the log says so of ${this.#recorded} only`);
    if (known && !this.#isKnownThere)
      fail(
        known.sequence < this.#first
          ? `the line number ${known.sequence} is older than those that are kept, so that it can't be looked for`
          : `the line number ${known.sequence}, which was written, is missing: the log was cut off or is an older copy`,
      );
  }

  result(files: number, problem: Problem | null): Verification {
    const sequence = (this.#sequence ?? 0) - 1;
    return {
      chain: this.#kind ?? 'off',
      files,
      lines: this.#lines,
      forgotten: this.#tombstones,
      retired: this.#before,
      torn: this.#torn,
      head: sequence < 0 ? null : { sequence, chain: Buffer.from(this.#link).toString('hex') },
      problem,
    };
  }

  #line(file: LogFile, number: number, { bytes }: FileLine): void {
    const fail = (reason: string): never => {
      throw new Found(file, number, reason);
    };
    const read = readLine(bytes) ?? fail('it is no line of a log');
    if (number === 1) this.#head(file, read, fail);
    else if (read.type === lineTypes.opened) fail('the first line of a file stands in the middle of one');
    const expected = this.#sequence ?? read.sequence;
    if (read.sequence !== expected) fail(`it has the number ${read.sequence} instead of ${expected}`);
    if (this.#chain) this.#linked(bytes, read, this.#chain, fail);
    else if (read.type === lineTypes.tombstone) this.#tombstones += 1;
    if (this.#lines === 0) this.#first = expected;
    this.#sequence = expected + 1;
    this.#lines += 1;
    if (read.type === lineTypes.forgotten) this.#recorded += wholeIn(read, 'lines');
    if (read.type === lineTypes.retired) this.#through = Math.max(this.#through, wholeIn(read, 'through'));
    const { known } = this.#options;
    if (known?.sequence !== read.sequence) return;
    if (this.#chain && Buffer.from(this.#link).toString('hex') !== known.chain)
      fail('it is not the line that was written with this number');
    this.#isKnownThere = true;
  }

  #head(file: LogFile, { type, data }: ReadLine, fail: (reason: string) => never): void {
    const kind = chainKinds.find(each => each === data.chain);
    if (type !== lineTypes.opened || kind === undefined)
      throw fail('the file does not begin with its first line');
    if (data.file !== file.number) fail(`it is the first line of file number ${String(data.file)}`);
    if (this.#kind === null) {
      if (this.#options.key && kind !== 'keyed') fail(`the chain is "${kind}", though there is a key`);
      if (kind === 'keyed' && !this.#options.key) fail('the chain has a key, which is needed to check it');
      this.#kind = kind;
      this.#chain = kind === 'off' ? null : makeChain(kind, this.#options.key);
      // Earlier files are gone; the link of this line vouches for what it says about them.
      if (file.number > 1) this.#link = linkIn(data.previous) ?? fail('it does not say what was before it');
      else this.#sequence = 0;
    } else if (this.#kind !== kind)
      fail(`the chain is "${kind}" from here on; before, it was "${this.#kind}"`);
    if (this.#chain && !equalBytes(linkIn(data.previous) ?? beginning, this.#link))
      fail('the file does not follow the one before it');
  }

  #linked(bytes: Buffer, read: ReadLine, chain: Chain, fail: (reason: string) => never): void {
    const { body, link } = splitLine(bytes) ?? fail('it is not linked');
    let digest = chain.digest(body);
    if (read.type === lineTypes.tombstone) {
      digest = Buffer.from(read.digest ?? '', 'hex');
      const whole = tombstoneOf(read.source, read, { digest, link });
      if (whole !== bytes.toString('utf8')) fail('it says more than that a line was deleted');
      this.#tombstones += 1;
    }
    if (!equalBytes(chain.link(this.#link, digest), link))
      fail(
        'it is not what was written here: it was changed, or a line before it is missing or in another place',
      );
    this.#link = link;
  }
}

function linkIn(value: unknown): Buffer | undefined {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? Buffer.from(value, 'hex') : undefined;
}

function wholeIn({ data }: ReadLine, name: string): number {
  const value = data[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
