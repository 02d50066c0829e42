import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { ClientEvents } from '@murmuration/client-sdk/client/events';
import { HostedPhone } from '@murmuration/demo/phones/hosted-phone';
import { beforeEach, expect, it } from 'vitest';

let happened: string[];
let listeners: Map<string, (event: never) => void>;
let phone: HostedPhone;

beforeEach(() => {
  happened = [];
  listeners = new Map();
  const client: Pick<PlatformClient, 'on' | 'start' | 'stop'> = {
    on(name, listener) {
      listeners.set(name, listener as never);
      return () => {};
    },
    start: async () => void happened.push('start'),
    stop: async () => void happened.push('stop'),
  };
  phone = new HostedPhone(7, client, () => {});
});

const first = (awake: number) => ({ awake });
const hear = <Name extends keyof ClientEvents>(name: Name, event: unknown) =>
  listeners.get(name)!(event as never);

it('rests where its number is not among the first ones, and takes part again', () => {
  phone.follow(first(8));
  expect(happened).toEqual([]);
  phone.follow(first(7));
  phone.follow(first(3));
  expect(happened).toEqual(['stop']);
  phone.follow(first(280));
  expect(happened).toEqual(['stop', 'start']);
});

it('finishes the round in which it has a part', () => {
  hear('round', { phase: 'keys' });
  phone.follow(first(0));
  hear('round', { phase: 'counted' });
  expect(happened).toEqual([]);
  hear('round', { phase: 'ended' });
  expect(happened).toEqual(['stop']);
});

it('finds a round over whose end was not heard', () => {
  hear('round', { phase: 'training' });
  phone.follow(first(0));
  hear('wait', { reason: 'the end of the round was not heard' });
  expect(happened).toEqual(['stop']);
});

it('stays where it is wanted again before its round is over', () => {
  hear('round', { phase: 'training' });
  phone.follow(first(0));
  phone.follow(first(280));
  hear('round', { phase: 'ended' });
  expect(happened).toEqual([]);
});
