import { newestVersion } from '@murmuration/client-sdk/models/newest-version';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';

const asked: string[] = [];
const answered = (text: string) =>
  newestVersion(
    {
      download: async path => {
        asked.push(path);
        return utf8(text);
      },
    },
    'keyboard' as TaskName,
    new AbortController().signal,
  );
const model = 'a'.repeat(64);

describe('the newest version', () => {
  it('is the first of the list that the coordinator shows to anybody', async () => {
    expect(await answered(JSON.stringify({ models: [{ model, number: 7, url: '/elsewhere' }] }))).toBe(model);
    expect(asked).toEqual(['/v1/tasks/keyboard/models?limit=1']);
  });

  it('is none where the list is empty', async () => {
    expect(await answered('{"models":[]}')).toBeNull();
  });

  it.each([
    ['no JSON', '<html>'],
    ['no list', '{}'],
    ['a hash that is none', '{"models":[{"model":"../../etc"}]}'],
    ['more than was asked for', JSON.stringify({ models: [{ model }, { model }] })],
  ])('is not taken from %s', async (_, text) => {
    await expect(answered(text)).rejects.toMatchObject({ code: 'server.unreachable' });
  });
});
