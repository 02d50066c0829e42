import { development } from '@murmuration/client-sdk/floors/development';
import { heldFloors } from '@murmuration/client-sdk/floors/floors';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

const open = (url: string, floors = development()) =>
  new FederatedClient({ url, tasks: {}, storage: memoryStorage(), enrolment: 'a token', floors });

describe('floors for development', () => {
  it.each(['http://127.0.0.1:8800', 'http://localhost:8800', 'https://[::1]'])(
    'hold for a coordinator on this machine, and are said to protect nobody: %s',
    url => {
      const { protection } = open(url);
      expect(protection.protects).toBe('nothing');
      expect(protection.weaker).toContain('smallestCohort');
    },
  );

  it.each(['https://learn.example.org', 'https://192.168.0.1', 'https://localhost.example.org'])(
    'are refused for any other, also where an app changes some: %s',
    url => {
      expect(codeOf(() => open(url))).toBe('options.invalid');
      expect(codeOf(() => open(url, { ...development(), clip: 5 }))).toBe('options.invalid');
    },
  );

  it('name every floor', () => {
    const { enrolmentKey: _, population: __, ...all } = heldFloors();
    expect(Object.keys(development()).toSorted()).toEqual(Object.keys(all).toSorted());
  });
});
