import { readRedisAddress } from '@murmuration/tuning/queue/address';
import { describe, expect, it } from 'vitest';

const read = (text: string, env = {}) => readRedisAddress(text, env);
const secret = 'hunter2';

describe('the address of a Redis', () => {
  it.each([
    ['redis://redis.example', { host: 'redis.example', port: 6379, db: 0, isTls: false }],
    ['rediss://redis.example:1234/3', { host: 'redis.example', port: 1234, db: 3, isTls: true }],
    ['redis://[::1]:1', { host: '::1', port: 1 }],
    ['redis://:p%40ss@h', { password: 'p@ss' }],
    ['redis://me:pass@h', { username: 'me', password: 'pass' }],
  ])('%s is read', (text, parts) => {
    expect(read(text)).toMatchObject(parts);
  });

  it('takes the password of the environment where it has none', () => {
    const env = { MURMURATION_REDIS_PASSWORD: secret };
    expect(read('redis://h', env).password).toBe(secret);
    expect(read('redis://:own@h', env).password).toBe('own');
  });

  it('is told to people without user and password', () => {
    expect(read(`redis://me:${secret}@h:1/2`).name).toBe('redis://h:1/2');
  });

  it.each([
    `http://:${secret}@h`,
    `redis://:${secret}@`,
    `redis://:${secret}@h:port`,
    `redis://:${secret}@h/name`,
    `redis://:${secret}@h/0?password=${secret}`,
    `redis://:${secret}%@h`,
    `redis:${secret}`,
  ])('%s is refused, and not repeated', text => {
    let detail = '';
    try {
      read(text);
    } catch (error) {
      detail = (error as Error).message;
    }
    expect(detail).toContain('redis://HOST:PORT');
    expect(detail).not.toContain(secret);
  });
});
