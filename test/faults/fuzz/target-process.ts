import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What has happened in the coordinator so far. */
export interface TargetFigures {
  /** Bytes of memory, after what is dead has been collected. */
  readonly rss: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
  readonly rounds: { readonly published: number; readonly failed: number; readonly others: number };
}

export type TargetMessage =
  | { readonly type: 'listening'; readonly url: string }
  | { readonly type: 'figures'; readonly figures: TargetFigures };

/** The coordinator under fuzz, seen from outside. */
export class TargetProcess {
  readonly url: string;
  /** What it said on standard error. */
  errors = '';
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(): Promise<TargetProcess> {
    const child = fork(fileURLToPath(new URL('target.ts', import.meta.url)), [], {
      execArgv: [...process.execArgv, '--expose-gc'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    const [message] = (await once(child, 'message')) as [TargetMessage];
    if (message.type !== 'listening') throw new Error('The coordinator did not say where it listens.');
    const target = new TargetProcess(child, message.url);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      target.errors = (target.errors + text).slice(-20_000);
    });
    return target;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Begins the rounds. */
  start(): Promise<TargetFigures | undefined> {
    return this.#ask('start');
  }

  /** undefined where it has ended. */
  figures(): Promise<TargetFigures | undefined> {
    return this.#ask('figures');
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }

  async #ask(request: 'start' | 'figures'): Promise<TargetFigures | undefined> {
    if (this.hasEnded || !this.#child.connected) return undefined;
    const abort = new AbortController();
    const { signal } = abort;
    try {
      this.#child.send(request, () => {});
      const answer = once(this.#child, 'message', { signal }) as Promise<[TargetMessage]>;
      const [message] = await Promise.race([
        answer,
        once(this.#child, 'exit', { signal }).then(() => [undefined]),
      ]);
      return message?.type === 'figures' ? message.figures : undefined;
    } finally {
      abort.abort();
    }
  }
}
