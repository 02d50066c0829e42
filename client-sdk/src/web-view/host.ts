import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { Link, type LinkLimits, linkLimits, linkPrefix, violation } from './link.ts';
import { errorFrom, fromPage, type Request, type ToPage } from './messages.ts';

/** Milliseconds between two checks of a page that owes an answer. */
const tick = 1_000;
/** Checks without a message from a working page until it is pinged; `lostAfter`: until it is replaced. */
const askedAfter = 5;
const lostAfter = 15;
/** Checks until a page must have started. */
const startedWithin = 10;
/** Most repetitions of a request whose page has gone. */
const mostRestarts = 3;
/** Milliseconds without a request after which a page without models is removed. */
const restsAfter = 60_000;

export type Post = (text: string) => void;

interface Pending {
  readonly request: Request;
  readonly progress: ((done: number) => void) | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: MurmurationError) => void;
  isStopped: boolean;
  /** Number of its pages that have gone. */
  lost: number;
  /** Share reported so far. */
  told: number;
}

interface HostPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly address: string;
  readonly limits?: LinkLimits;
}

/**
 * App's end of a hidden web view: shows its page while needed, and restarts it with its open requests once it
 * has gone. Each request gets one answer, whatever happens to the page.
 */
export class WebViewHost {
  readonly #ports: HostPorts;
  readonly #listeners = new Set<() => void>();
  readonly #pending = new Map<number, Pending>();
  /** Open models, which a restarted page opens first. */
  readonly #opened = new Map<number, ModelFiles>();
  #requests = 0;
  #models = 0;
  /** Page to show, counted from 1; undefined if none is needed. */
  #page: number | undefined;
  #pages = 0;
  #isShown = false;
  #post: Post | undefined;
  #link: Link | undefined;
  /** Checks since the page's last message. */
  #silent = 0;
  #cancelTick: Cancel | undefined;
  #cancelRest: Cancel | undefined;

  constructor(ports: HostPorts) {
    this.#ports = ports;
  }

  /** Calls `changed` when `page` changes. */
  readonly subscribe = (changed: () => void): Cancel => {
    this.#listeners.add(changed);
    return () => void this.#listeners.delete(changed);
  };

  /** Returns the page to show, a new number for each start; undefined for none. */
  readonly page = (): number | undefined => this.#page;

  /** Tells the host if a web view is mounted, which can show its pages. */
  shown(isShown: boolean): void {
    this.#isShown = isShown;
    if (!isShown) this.gone(this.#page, 'it is no longer shown');
  }

  /** Sets the function that posts texts to a page; undefined once it is gone. */
  attach(page: number, post: Post | undefined): void {
    if (page === this.#page) this.#post = post;
  }

  /** Handles a text from a page at a URL. */
  hear(page: number, text: unknown, url: unknown): void {
    if (page !== this.#page) return;
    const failed = `${linkPrefix} failed `;
    if (!this.#isOwn(url))
      this.#restart(violation(`it shows a page of another origin, ${String(url).slice(0, 200)}`));
    else if (typeof text !== 'string') return;
    else if (text === `${linkPrefix} ready`) this.#begin();
    else if (text.startsWith(failed)) this.#fail(text.slice(failed.length));
    else this.#link?.hear(text);
  }

  /** Handles the end of a page's process, or a failure to show it. */
  gone(page: number | undefined, why: string): void {
    if (page === undefined || page !== this.#page) return;
    this.#restart(new MurmurationError('training.no-answer', `The web view has gone: ${why}.`));
  }

  /**
   * Sends a request to the page, which is started if needed. Rejects with the page's error,
   * `training.stopped` soon after `signal` is aborted, and `training.no-answer` or `training.bridge` if after
   * some starts no page answers, or none keeps to the protocol.
   */
  ask(request: Request, signal?: AbortSignal, progress?: (done: number) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new MurmurationError('training.stopped'));
      const id = this.#requests++;
      const stop = () => this.#stop(id);
      const over = () => signal?.removeEventListener('abort', stop);
      signal?.addEventListener('abort', stop, { once: true });
      this.#pending.set(id, {
        request,
        progress,
        resolve: value => {
          over();
          resolve(value);
        },
        reject: error => {
          over();
          reject(error);
        },
        isStopped: false,
        lost: 0,
        told: 0,
      });
      this.#wake();
      this.#send(id);
    });
  }

  /** Opens a model under a number, which also holds for all later pages. */
  async open(model: ModelFiles): Promise<number> {
    const opened = this.#models++;
    await this.ask({ do: 'open', opened, model });
    this.#opened.set(opened, model);
    return opened;
  }

  async close(opened: number): Promise<void> {
    if (!this.#opened.delete(opened)) return;
    // Without a page there is nothing to close.
    if (this.#link) await this.ask({ do: 'close', opened });
    this.#restIfIdle();
  }

  /** Removes the page. Open requests reject with `training.stopped`; the next one starts another page. */
  rest(): void {
    this.#opened.clear();
    for (const id of this.#pending.keys()) this.#settle(id, new MurmurationError('training.stopped'));
    this.#show(undefined);
  }

  #isOwn(url: unknown): boolean {
    // Android may report the origin, or `about:blank` for a page loaded from a text.
    const { address } = this.#ports;
    return url === address || url === address.replace(/\/$/, '') || url === 'about:blank';
  }

  #wake(): void {
    this.#cancelRest?.();
    if (this.#page === undefined) this.#show(++this.#pages);
    this.#watch();
  }

  /** Shows a page, or none; the previous one is ignored. */
  #show(page: number | undefined): void {
    this.#link?.close();
    this.#link = undefined;
    this.#post = undefined;
    this.#silent = 0;
    this.#page = page;
    if (page === undefined) {
      this.#cancelTick?.();
      this.#cancelTick = undefined;
      this.#cancelRest?.();
    }
    for (const changed of this.#listeners) changed();
  }

  /** Handles a ready page: creates its link, and sends all open requests. */
  #begin(): void {
    const post = this.#post;
    if (!post) return;
    // A page that starts twice was reloaded, and has lost its state.
    if (this.#link) {
      this.#restart(violation('the page was loaded again'));
      return;
    }
    const token = hex(this.#ports.random(16));
    this.#silent = 0;
    this.#link = new Link(
      token,
      { post, deliver: message => this.#deliver(message), broken: error => this.#restart(error) },
      this.#ports.limits ?? linkLimits,
    );
    post(`${linkPrefix} hello ${token}`);
    for (const [opened, model] of this.#opened) {
      const id = this.#requests++;
      // Requests to the model report this error.
      const ignore = () => {};
      this.#pending.set(id, {
        request: { do: 'open', opened, model },
        progress: undefined,
        resolve: ignore,
        reject: ignore,
        isStopped: false,
        lost: mostRestarts,
        told: 0,
      });
      this.#send(id);
    }
    for (const [id, { request }] of Array.from(this.#pending))
      if (request.do !== 'open' || !this.#opened.has(request.opened)) this.#send(id);
  }

  #send(id: number): void {
    const pending = this.#pending.get(id);
    if (!this.#link || !pending) return;
    try {
      this.#link.send({ ...pending.request, id } satisfies ToPage);
      if (pending.isStopped) this.#link.send({ do: 'stop', id } satisfies ToPage);
    } catch (cause) {
      this.#settle(id, cause as MurmurationError);
    }
  }

  #stop(id: number): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    pending.isStopped = true;
    // The page confirms the stop: no other training may begin before.
    if (this.#link) this.#link.send({ do: 'stop', id } satisfies ToPage);
    else this.#settle(id, new MurmurationError('training.stopped'));
  }

  #deliver(message: unknown): void {
    const said = fromPage(message);
    this.#silent = 0;
    if ('pong' in said) return;
    const pending = this.#pending.get(said.id);
    if (!pending) throw violation(`request ${said.id} is answered twice, or was never made`);
    if ('progress' in said) {
      if (said.progress <= pending.told || pending.isStopped) return;
      pending.told = said.progress;
      pending.progress?.(said.progress);
    } else if ('error' in said) this.#settle(said.id, errorFrom(said.error));
    else this.#settle(said.id, undefined, said.value);
  }

  #settle(id: number, error: MurmurationError | undefined, value?: unknown): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(error);
    else pending?.resolve(value);
    this.#restIfIdle();
  }

  /** Replaces a page that has gone: open requests are repeated, except those repeated too often. */
  #restart(reason: MurmurationError): void {
    for (const [id, pending] of Array.from(this.#pending)) {
      pending.lost += 1;
      if (pending.isStopped) this.#settle(id, new MurmurationError('training.stopped'));
      else if (pending.lost > mostRestarts) this.#settle(id, reason);
    }
    this.#show(this.#pending.size > 0 ? ++this.#pages : undefined);
    if (this.#pending.size > 0) this.#watch();
  }

  /** Rejects all requests: no page can handle them. */
  #giveUp(reason: MurmurationError): void {
    for (const id of Array.from(this.#pending.keys())) this.#settle(id, reason);
    this.#show(undefined);
  }

  #fail(why: string): void {
    if (this.#link) return;
    this.#giveUp(
      new MurmurationError('training.failed', `The script of the web view failed: ${why.slice(0, 1_000)}`),
    );
  }

  /**
   * Checks the page regularly; counts checks, so that a clock that jumps,
   * or a phone that slept, ends nothing.
   */
  #watch(): void {
    if (this.#cancelTick || this.#pending.size === 0) return;
    const { clock } = this.#ports;
    this.#cancelTick = clock.at(clock.now() + tick, () => {
      this.#cancelTick = undefined;
      this.#look();
      this.#watch();
    });
  }

  #look(): void {
    this.#silent += 1;
    if (!this.#link) {
      if (this.#silent >= startedWithin) this.#giveUp(this.#neverStarted());
    } else if (this.#silent >= lostAfter)
      this.#restart(
        new MurmurationError('training.no-answer', `The web view has said nothing for ${lostAfter} s.`),
      );
    else if (this.#silent % askedAfter === 0) this.#link.send({ do: 'ping' } satisfies ToPage);
  }

  #neverStarted(): MurmurationError {
    return new MurmurationError(
      'training.no-answer',
      this.#isShown
        ? `The page of the web view has not started within ${startedWithin} s; its script has to call serveWebView.`
        : 'No <MurmurationWebView/> of this trainer is shown.',
    );
  }

  #restIfIdle(): void {
    const { clock } = this.#ports;
    if (this.#pending.size > 0 || this.#opened.size > 0 || this.#page === undefined) return;
    this.#cancelRest?.();
    this.#cancelRest = clock.at(clock.now() + restsAfter, () => this.#show(undefined));
  }
}
