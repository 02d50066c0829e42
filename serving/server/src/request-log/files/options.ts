import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { LogKey } from '../key.ts';
import type { ChainKind } from './chain.ts';

/** Options of a log in files. */
export interface FilesOptions {
  readonly folder: string;
  /** Bytes after which a file is closed, and ms. */
  readonly size: number;
  readonly age: number;
  /** True to compress closed files. */
  readonly gzip: boolean;
  readonly chain: ChainKind;
  /** File elsewhere that always names the last line; null: none. */
  readonly anchor: string | null;
  /**
   * Milliseconds after which a line may be deleted, and total bytes of files beyond which the oldest are;
   * null: never.
   */
  readonly keepFor: number | null;
  readonly keepBytes: number | null;
}

export interface FilesPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Key of a keyed chain. */
  readonly key: Pick<LogKey, 'chain'> | null;
  readonly fault: (where: string, error: unknown) => void;
}
