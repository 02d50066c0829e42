import type { Feed } from '@murmuration/dashboard/live/feed';
import { Loaded } from '@murmuration/dashboard/loading/loaded';
import type { Requests } from '@murmuration/dashboard/requests/requests';
import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';

/** Requests that a test answers, the oldest first. */
function world() {
  const asked: ((answer: number) => void)[] = [];
  let count = 0;
  const requests = {
    get: () => {
      count += 1;
      return new Promise(resolve => asked.push(resolve));
    },
  } as unknown as Requests;
  const connection = signal<'connecting' | 'live' | 'reconnecting'>('connecting');
  const feed = { connection, onChange: () => () => {} } as unknown as Feed;
  const loaded = new Loaded<number>(requests);
  const answer = async (value: number) => {
    asked.shift()!(value);
    await new Promise(resolve => setImmediate(resolve));
  };
  return { loaded, feed, connection, answer, count: () => count };
}

describe('an answer that is kept up to date', () => {
  it.each(['connecting', 'reconnecting'] as const)(
    'is asked for again where it may be from before the feed tells of changes (%s)',
    async state => {
      const { loaded, feed, connection, answer, count } = world();
      connection.value = state;
      const stop = loaded.follow(feed, ['rounds'], undefined);
      loaded.show('rounds');
      // What changes between the answer and this, nobody tells.
      connection.value = 'live';
      await answer(1);
      expect(loaded.data.peek()).toBe(1);
      expect(count()).toBe(2);
      await answer(2);
      expect(loaded.data.peek()).toBe(2);
      expect(count()).toBe(2);
      stop();
    },
  );

  it('is asked for once where the feed is there already', async () => {
    const { loaded, feed, connection, answer, count } = world();
    connection.value = 'live';
    const stop = loaded.follow(feed, ['rounds'], undefined);
    loaded.show('rounds');
    await answer(1);
    expect(count()).toBe(1);
    stop();
  });
});
