import { describe, expect, it } from 'vitest';
import { failedTests, skippedSuites } from '../../scripts/test-report.mjs';
import { readSources } from './sources.ts';

/** What a test file that needs a service imports or calls, and how it says so. */
const marks = [
  {
    uses: /from '(?:.*\/)?(?:playwright-core|page-world\.ts|dashboard-world\.ts)'/,
    tag: /^\/\/ @module-tag chromium$/m,
  },
  { uses: /'promtool'/, tag: /^\/\/ @module-tag prometheus$/m },
  { uses: /ONNX_PYTHON/, tag: /^\/\/ @module-tag onnx-checker$/m },
  { uses: /STATISTICS_PYTHON/, tag: /^\/\/ @module-tag statistics$/m },
  { uses: /from '(?:.*\/)?rabbitmq-server\.ts'/, tag: /^\/\/ @module-tag rabbitmq$/m },
  { uses: /from '(?:.*\/)?kafka-mock\.ts'/, tag: /^\/\/ @module-tag kafka$/m },
  { uses: /from '(?:.*\/)?postgresql-server\.ts'/, tag: /^\/\/ @module-tag postgresql$/m },
  { uses: /from '(?:.*\/)?pgbouncer\.ts'/, tag: /^\/\/ @module-tag pgbouncer$/m },
  { uses: /from '(?:.*\/)?s3-server\.ts'/, tag: /^\/\/ @module-tag s3$/m },
  { uses: /from '(?:.*\/)?redis-server\.ts'/, tag: /^\/\/ @module-tag redis$/m },
  { uses: /from '(?:.*\/)?kubectl\.ts'/, tag: /^\/\/ @module-tag kubectl$/m },
  { uses: /\('haproxy'/, tag: /^\/\/ @module-tag haproxy$/m },
  { uses: /\.runIf\(canMount\)/, tag: /tags: 'small-disk'/ },
];

describe('tests that need a service of the machine', () => {
  it('are tagged with it, so that they are left out where it is missing, and named', () => {
    const tests = [...readSources(['test'])].filter(
      ([path]) => path.endsWith('.test.ts') && !path.endsWith('/services.test.ts'),
    );
    for (const { uses, tag } of marks) {
      const users = tests.filter(([, text]) => uses.test(text));
      expect(users.length).toBeGreaterThan(0);
      expect(users.filter(([, text]) => !tag.test(text)).map(([path]) => path)).toEqual([]);
    }
  });

  it('are reported by file, suite and service, once each, where they were skipped for it', () => {
    const result = (status: string, title: string, ancestorTitles: string[], tags: string[] = []) => ({
      status,
      title,
      ancestorTitles,
      tags,
    });
    const testResults = [
      {
        name: '/murmuration/test/e2e/page.test.ts',
        status: 'passed',
        assertionResults: [
          result('skipped', 'opens', ['the page'], ['chromium']),
          result('skipped', 'closes', ['the page', 'at its end'], ['chromium']),
          result('passed', 'is read', ['the page'], ['chromium']),
          result('skipped', 'is no matter of services', ['the rest']),
        ],
      },
      {
        name: '/murmuration/test/unit/disk.test.ts',
        status: 'passed',
        assertionResults: [result('pending', 'is full', [], ['small-disk'])],
      },
    ];
    expect(skippedSuites({ testResults }, '/murmuration')).toEqual([
      'test/e2e/page.test.ts: the page (chromium)',
      'test/unit/disk.test.ts: is full (small-disk)',
    ]);
  });
});

describe('a run that fails', () => {
  it('names each failed test, and each file that broke before its first', () => {
    const test = (status: string, title: string) => ({ status, title, ancestorTitles: ['a device'] });
    const testResults = [
      {
        name: '/murmuration/test/unit/device.test.ts',
        status: 'failed',
        assertionResults: [test('failed', 'connects'), test('passed', 'leaves'), test('failed', 'returns')],
      },
      { name: '/murmuration/test/unit/broken.test.ts', status: 'failed', assertionResults: [] },
      { name: '/murmuration/test/unit/whole.test.ts', status: 'passed', assertionResults: [] },
    ];
    expect(failedTests({ testResults }, '/murmuration')).toEqual([
      'test/unit/device.test.ts › a device › connects',
      'test/unit/device.test.ts › a device › returns',
      'test/unit/broken.test.ts',
    ]);
  });

  it('says after how long each failed, and why, in a few lines without colours and what is not ours', () => {
    const frames = Array.from(
      { length: 20 },
      (_, i) => `    at step${i} (/murmuration/test/unit/device.ts:${i}:1)`,
    );
    const failureMessages = [
      [
        '\u001b[31mAssertionError\u001b[39m: expected 4 to be 5',
        '    at /murmuration/node_modules/vitest/x.js:1:1',
        ...frames,
      ].join('\n'),
    ];
    const found = failedTests(
      {
        testResults: [
          {
            name: '/murmuration/test/unit/device.test.ts',
            status: 'failed',
            assertionResults: [
              { status: 'failed', title: 'connects', ancestorTitles: [], duration: 120_040, failureMessages },
            ],
          },
          {
            name: '/murmuration/test/unit/broken.test.ts',
            status: 'failed',
            message: 'Error: no such file',
            assertionResults: [],
          },
        ],
      },
      '/murmuration',
    );
    expect(found[0]?.split('\n').slice(0, 3)).toEqual([
      'test/unit/device.test.ts › connects (120.0 s)',
      '    AssertionError: expected 4 to be 5',
      '        at step0 (/murmuration/test/unit/device.ts:0:1)',
    ]);
    expect(found[0]?.split('\n')).toHaveLength(9);
    expect(found[1]).toBe('test/unit/broken.test.ts\n    Error: no such file');
  });
});
