import type { Subject } from '@murmuration/api/live';
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import type { Feed } from '../live/feed.ts';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import type { Requests } from '../requests/requests.ts';

/** Answer that is kept up to date while it is shown. */
export class Loaded<Answer> {
  readonly #data = signal<Answer | undefined>(undefined);
  readonly #refusal = signal<ApiRefusal | undefined>(undefined);
  readonly #isBusy = signal(true);
  readonly #requests: Requests;
  readonly #path = signal('');
  #abort = new AbortController();
  #isStale = false;
  #isAsking = false;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Newest answer; while another page of it loads, the one before. */
  get data(): ReadonlySignal<Answer | undefined> {
    return this.#data;
  }

  get refusal(): ReadonlySignal<ApiRefusal | undefined> {
    return this.#refusal;
  }

  get isBusy(): ReadonlySignal<boolean> {
    return this.#isBusy;
  }

  /** Loads another path from now on. */
  show(path: string): void {
    if (path === this.#path.peek()) return;
    this.#path.value = path;
    this.#abort.abort();
    this.#isAsking = false;
    this.reload();
  }

  /** Loads again; during a request, once it is answered. */
  reload(): void {
    if (this.#path.peek() === '') return;
    if (this.#isAsking) {
      this.#isStale = true;
      return;
    }
    this.#isStale = false;
    this.#isAsking = true;
    this.#isBusy.value = true;
    const abort = new AbortController();
    this.#abort = abort;
    const settle = (refusal: ApiRefusal | undefined, data?: Answer) => {
      if (abort.signal.aborted) return;
      this.#refusal.value = refusal;
      if (data !== undefined) this.#data.value = data;
      this.#isBusy.value = false;
      this.#isAsking = false;
      if (this.#isStale) this.reload();
    };
    this.#requests.get<Answer>(this.#path.peek(), abort.signal).then(
      data => settle(undefined, data),
      error => settle(asRefusal(error)),
    );
  }

  /**
   * Reloads whenever one of these subjects changes, or the feed reconnects. Returns a function that ends
   * this.
   */
  follow(feed: Feed, subjects: readonly Subject[], task: string | undefined): () => void {
    const stopChanges = feed.onChange(({ subject, task: of }) => {
      if (subjects.includes(subject) && (task === undefined || of === null || of === task)) this.reload();
    });
    let wasLive = feed.connection.peek() === 'live';
    const stopConnection = effect(() => {
      const isLive = feed.connection.value === 'live';
      // A pending answer may be from before.
      if (isLive && !wasLive) this.reload();
      wasLive = isLive;
    });
    return () => {
      stopChanges();
      stopConnection();
      this.#abort.abort();
    };
  }
}

/** Answer of a path below `/v1/admin/`, reloaded when one of `subjects` changes, only for `task` if given. */
export function useLoaded<Answer>(path: string, subjects: readonly Subject[], task?: string): Loaded<Answer> {
  const { requests, feed } = useDashboard();
  const loaded = useMemo(() => new Loaded<Answer>(requests), [requests, task]);
  useEffect(() => loaded.show(path), [loaded, path]);
  useEffect(() => loaded.follow(feed, subjects, task), [loaded]);
  return loaded;
}
