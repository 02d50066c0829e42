import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { LogKey } from '../key.ts';
import type { ChainKind } from './chain.ts';

/** How a log is kept in files. */
export interface FilesOptions {
  readonly folder: string;
  /** Bytes after which a file is closed, and ms. */
  readonly size: number;
  readonly age: number;
  /** Whether closed files are packed. */
  readonly gzip: boolean;
  /** `batch`: what was written is on the disk before it counts as written; `never`: when the system sees fit. */
  readonly sync: 'batch' | 'never';
  readonly chain: ChainKind;
  /** A file elsewhere that always names the last line; null: none. */
  readonly anchor: string | null;
  /** ms after which a line may be deleted, and bytes of all files beyond which the oldest are; null: never. */
  readonly keepFor: number | null;
  readonly keepBytes: number | null;
}

export interface FilesPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Of a keyed chain. */
  readonly key: Pick<LogKey, 'chain'> | null;
  readonly fault: (where: string, error: unknown) => void;
}
