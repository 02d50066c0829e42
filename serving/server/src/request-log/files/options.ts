import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { LogKey } from '../key.ts';
import type { RequestLogSettings } from '../settings.ts';

/** Options of a log in files. */
export interface FilesOptions
  extends NonNullable<RequestLogSettings['files']>,
    Pick<RequestLogSettings, 'keepFor'> {
  /** Bytes after which a file is closed, and ms. */
  readonly size: number;
  readonly age: number;
  /** True to compress closed files. */
  readonly gzip: boolean;
}

export interface FilesPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Key of a keyed chain. */
  readonly key: Pick<LogKey, 'chain'> | null;
  readonly fault: (where: string, error: unknown) => void;
}
