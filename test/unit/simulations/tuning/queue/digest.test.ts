import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeVersion } from '@murmuration/tuning/queue/code-version';
import { digestOf } from '@murmuration/tuning/queue/digest';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

describe('the digest of data', () => {
  it('is the same for the same data, in other memory and with names in another order', () => {
    const shared = new Float32Array(new SharedArrayBuffer(40_000)).fill(0.5);
    const one = { a: [1, 'x', null], b: new Map([['k', new Uint8Array([1, 2])]]), c: shared };
    const other = { c: new Float32Array(10_000).fill(0.5), b: new Map(one.b), a: [1, 'x', null] };
    expect(digestOf(other)).toBe(digestOf(one));
    expect(digestOf([shared, shared])).toBe(digestOf([shared, new Float32Array(shared)]));
  });

  it.each([
    [0, -0],
    [1, '1'],
    [null, undefined],
    [['ab'], ['a', 'b']],
    [[[], []], [[[]]]],
    [{ a: 1 }, { a: 1, b: undefined }],
    [new Uint8Array(4), new Float32Array(1)],
    [new Float32Array([0.1]), new Float32Array([0.1 + 2 ** -20])],
    [new Uint8Array(70_000), new Uint8Array(70_001)],
    [[1, 2], new Set([2, 1])],
  ])('tells %j from %j', (one, other) => {
    expect(digestOf(one)).not.toBe(digestOf(other));
  });

  it('tells any two JSON values apart that differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const equal = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        // JSON has no -0.
        fc.pre(!JSON.stringify([one, other]).includes('-0'));
        expect(digestOf(one) === digestOf(other)).toBe(equal);
      }),
    );
  });

  it('refuses what is no data, and what has no end', () => {
    const endless: unknown[] = [];
    endless.push(endless);
    for (const each of [() => {}, [Symbol('s')], endless])
      expect(() => digestOf(each)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, each]) => [name, sorted(each)]),
    );
  return Object.is(value, -0) ? 0 : value;
}

describe('the version of the code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-code-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('changes with a source of any package that trains, with the packages of others, and with nothing else', () => {
    const write = (path: string, text: string) => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write('package-lock.json', '{}');
    const named = (name: string, more = {}) => JSON.stringify({ name: `@murmuration/${name}`, ...more });
    write(
      'package.json',
      '{"workspaces":["engine","coordinator/dashboard","coordinator/server","simulations/tuning"]}',
    );
    const dependencies = { '@murmuration/engine': '1', '@murmuration/coordinator': '1', zod: '1' };
    write('simulations/tuning/package.json', named('tuning', { dependencies }));
    write('engine/package.json', named('engine'));
    write('coordinator/dashboard/package.json', named('dashboard'));
    write('coordinator/server/package.json', named('coordinator'));
    write('coordinator/server/src/e.ts', '1');
    write('simulations/tuning/src/a.ts', '1');
    write('engine/src/deep/b.ts', '1');
    write('coordinator/dashboard/src/c.ts', '1');
    const first = codeVersion(folder);
    write('coordinator/dashboard/src/c.ts', '2');
    write('engine/notes.md', '2');
    expect(codeVersion(folder)).toBe(first);
    const changes = [
      'engine/src/deep/b.ts',
      'simulations/tuning/src/a.ts',
      'coordinator/server/src/e.ts',
      'package-lock.json',
      'engine/src/d.ts',
    ];
    const versions = changes.map(path => {
      write(path, '2');
      return codeVersion(folder);
    });
    expect(new Set([first, ...versions]).size).toBe(6);
  });

  it('is that of this checkout by default', () => {
    expect(codeVersion()).toMatch(/^[0-9a-f]{64}$/);
  });
});
