import { baseOf, under } from '@murmuration/client-sdk/transport/address';
import { describe, expect, it } from 'vitest';

describe('the address of a coordinator', () => {
  it.each([
    ['https://learn.example.org', 'https://learn.example.org/v1/tasks'],
    ['https://learn.example.org/', 'https://learn.example.org/v1/tasks'],
    ['https://example.org/learn', 'https://example.org/learn/v1/tasks'],
    ['https://example.org/learn/', 'https://example.org/learn/v1/tasks'],
    ['https://example.org/learn/?token=1#here', 'https://example.org/learn/v1/tasks'],
    ['http://127.0.0.1:8800', 'http://127.0.0.1:8800/v1/tasks'],
  ])('%s has paths under it', (url, expected) => {
    expect(under(baseOf(url) as URL, '/v1/tasks').href).toBe(expected);
    expect(under(baseOf(new URL(url)) as URL, '/v1/tasks').href).toBe(expected);
  });

  it.each([
    'localhost:8800',
    'learn.example.org',
    '//learn.example.org',
    'ws://127.0.0.1:8800',
    'file:///etc/passwd',
    'https://ann:secret@example.org',
    'https://',
    '',
    7,
    null,
    undefined,
    {},
  ])('is none: %o', url => expect(baseOf(url)).toBeUndefined());
});
