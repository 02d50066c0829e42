import { type ReadonlySignal, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { words } from './words.ts';

/**
 * Position in a list that the coordinator returns page by page: the places at which the pages so far began.
 */
class PagePlaces<Place extends string | number> {
  readonly #stack = signal<readonly Place[]>([]);

  get depth(): ReadonlySignal<readonly Place[]> {
    return this.#stack;
  }

  /** Parameter `&name=place` of the current page; empty for the first. */
  query(name: string): string {
    const place = this.#stack.value.at(-1);
    return place === undefined ? '' : `&${name}=${encodeURIComponent(place)}`;
  }

  forth(place: Place): void {
    this.#stack.value = [...this.#stack.peek(), place];
  }

  back(): void {
    this.#stack.value = this.#stack.peek().slice(0, -1);
  }
}

/** Position in the list that a filter gives, at its beginning when another one is chosen. */
export function usePlaces<Place extends string | number>(filter = ''): PagePlaces<Place> {
  return useMemo(() => new PagePlaces<Place>(), [filter]);
}

interface Shown<Place extends string | number> {
  readonly places: PagePlaces<Place>;
  /** Place at which the next page begins; null at the end. */
  readonly next: Place | null;
}

/** Buttons to newer and older pages of a list; nothing for a single page. */
export function Pager<Place extends string | number>({ places, next }: Shown<Place>) {
  const pages = places.depth.value.length;
  if (pages === 0 && next === null) return null;
  return (
    <nav class="pager" aria-label={words.pager.label}>
      <button type="button" class="quiet-button" disabled={pages === 0} onClick={() => places.back()}>
        {words.pager.newer}
      </button>
      <span class="muted">{words.pager.page(pages + 1)}</span>
      <button
        type="button"
        class="quiet-button"
        disabled={next === null}
        onClick={() => next !== null && places.forth(next)}
      >
        {words.pager.older}
      </button>
    </nav>
  );
}
