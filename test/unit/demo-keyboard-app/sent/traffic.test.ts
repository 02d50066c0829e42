import { listed, SentTraffic } from '@murmuration/demo-keyboard-app/src/sent/traffic';
import { expect, it } from 'vitest';

const message = (bytes: number, masked = false) => ({
  kind: masked ? ('update' as const) : ('check-in' as const),
  bytes,
  masked,
  sample: new Uint8Array(1),
  at: 0,
  plain: null,
});

it('lists the newest messages first, counts all, and keeps the last masked update', () => {
  const traffic = new SentTraffic();
  traffic.add(message(1_000, true));
  for (let i = 0; i < listed; i++) traffic.add(message(10));
  expect(traffic.messages.value).toHaveLength(listed);
  expect(traffic.messages.value[0]!.number).toBe(listed + 1);
  expect(traffic.totals.value).toEqual({ messages: listed + 1, bytes: 1_000 + 10 * listed });
  expect(traffic.lastMasked.value?.bytes).toBe(1_000);
  // What an update looks like is shown; an answer is none.
  traffic.add({ ...message(37_000, true), kind: 'answer' });
  expect(traffic.lastMasked.value?.bytes).toBe(1_000);
  traffic.forget();
  expect(traffic.totals.value).toEqual({ messages: 0, bytes: 0 });
  expect(traffic.lastMasked.value).toBeNull();
});
