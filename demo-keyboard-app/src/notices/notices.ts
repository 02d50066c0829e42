import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { signal } from '@preact/signals';
import { strings } from '../strings/strings.ts';

/** Error, in a sentence that says what to do. */
interface Notice {
  readonly number: number;
  readonly text: string;
  /** Error code, for look-ups; null for foreign errors. */
  readonly code: string | null;
}

/** Codes that the connection's state already shows. */
const silent = new Set<ErrorCode>([
  'server.unreachable',
  'server.no-answer',
  'server.flood',
  'server.stopping',
  'training.stopped',
]);
const maxNotices = 3;

/** Errors that the person may dismiss; each text appears only once. */
export class Notices {
  readonly list = signal<readonly Notice[]>([]);
  #count = 0;

  failed(error: unknown): void {
    const code = error instanceof MurmurationError ? error.code : null;
    if (code !== null && silent.has(code)) return;
    const text = (code !== null && strings.errors[code]) || strings.errors.unknown;
    this.#count += 1;
    const others = this.list.peek().filter(notice => notice.text !== text);
    this.list.value = [...others, { number: this.#count, text, code }].slice(-maxNotices);
  }

  dismiss(number: number): void {
    this.list.value = this.list.peek().filter(notice => notice.number !== number);
  }
}
