import type { Subject } from '@murmuration/api/live';
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { useDashboard } from '../context/dashboard.ts';
import type { Feed } from '../live/feed.ts';
import { asRefusal, type Refusal } from '../requests/refusal.ts';
import type { Requests } from '../requests/requests.ts';

/** An answer that is kept up to date while it is shown. */
export class Loaded<Answer> {
  readonly #data = signal<Answer | undefined>(undefined);
  readonly #refusal = signal<Refusal | undefined>(undefined);
  readonly #isBusy = signal(true);
  readonly #requests: Requests;
  readonly #path = signal('');
  #abort = new AbortController();
  #isStale = false;
  #isAsking = false;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** The newest answer; while another page of it is on its way, the one before. */
  get data(): ReadonlySignal<Answer | undefined> {
    return this.#data;
  }

  get refusal(): ReadonlySignal<Refusal | undefined> {
    return this.#refusal;
  }

  get isBusy(): ReadonlySignal<boolean> {
    return this.#isBusy;
  }

  /** Asks for another path from now on. */
  show(path: string): void {
    if (path === this.#path.peek()) return;
    this.#path.value = path;
    this.#abort.abort();
    this.#isAsking = false;
    this.reload();
  }

  /** Asks again; where a request is under way, once it is answered. */
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
    const settle = (refusal: Refusal | undefined, data?: Answer) => {
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

  /** Asks again whenever one of these changes, or the feed is back after it was away. Returns what ends that. */
  follow(feed: Feed, subjects: readonly Subject[], task: string | undefined): () => void {
    const stopChanges = feed.onChange(({ subject, task: of }) => {
      if (subjects.includes(subject) && (task === undefined || of === null || of === task)) this.reload();
    });
    let wasLive = feed.connection.peek() === 'live';
    const stopConnection = effect(() => {
      const isLive = feed.connection.value === 'live';
      // Also where an answer is on its way, which may be from before.
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

/** The answer of a path below `/v1/admin/`, asked for again when one of `subjects` changes, of `task` where there is one. */
export function useLoaded<Answer>(path: string, subjects: readonly Subject[], task?: string): Loaded<Answer> {
  const { requests, feed } = useDashboard();
  const loaded = useMemo(() => new Loaded<Answer>(requests), [requests, task]);
  useEffect(() => loaded.show(path), [loaded, path]);
  useEffect(() => loaded.follow(feed, subjects, task), [loaded]);
  return loaded;
}
