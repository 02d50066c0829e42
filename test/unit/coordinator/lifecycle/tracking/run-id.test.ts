import { nameUuid, runIdOf } from '@murmuration/lifecycle/tracking/openlineage/run-id';
import { expect, it } from 'vitest';

it('makes the UUID of a name that RFC 9562 shows, appendix A.4', () => {
  const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
  expect(nameUuid(dns, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

it('is the same for the same names only', () => {
  // Of today: a change would make other runs of those that servers know.
  expect(runIdOf('murmuration', 'training', 'keyboard', 'r')).toBe('9f562f03-6b83-5332-be06-a0f7e5497867');
  expect(runIdOf('a', 'b/c')).not.toBe(runIdOf('a/b', 'c'));
  expect(runIdOf('a', 'b')).not.toBe(runIdOf('a', 'c'));
});
