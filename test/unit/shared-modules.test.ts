import { describe, expect, it } from 'vitest';
import { readSources } from './sources.ts';

/** Where a module that test files share does something for the test file that is running when it is loaded. */
const hooks = /^(?:before|after)(?:Each|All)\(/m;

describe('what test files share', () => {
  it('registers no hooks when it is loaded: that would be for the first file of a process only', () => {
    const shared = [...readSources(['test'])].filter(([path]) => !path.endsWith('.test.ts'));
    expect(shared.length).toBeGreaterThan(50);
    expect(shared.filter(([, text]) => hooks.test(text)).map(([path]) => path)).toEqual([]);
  });

  it.each([
    ['beforeEach(newScene);', true],
    ["import { afterAll } from 'vitest';\nafterAll(() => {});", true],
    ['export function cleaned() {\n  afterEach(clean);\n}', false],
  ])('is found to do so, or not, in %j', (text, found) => {
    expect(hooks.test(text)).toBe(found);
  });
});
