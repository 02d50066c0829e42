import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { sourceOptions } from '../../../../../scripts/prepare.mjs';

/** What a program leaves in `report` once a coordinator without options has been started and stopped beside it. */
function beside<Report>(before: string, after: string): Report {
  const program = `
    import { mkdtemp, rm } from 'node:fs/promises';
    import { Session } from 'node:inspector';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    let report;
    ${before}
    const { createCoordinator } = await import('@murmuration/coordinator/assembly/main');
    const { parseConfig } = await import('@murmuration/coordinator/assembly/config');
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-'));
    const config = parseConfig({ port: 0, storage: folder, openEnrolment: true, log: 'error' });
    const coordinator = await createCoordinator(config, []);
    await coordinator.start();
    await coordinator.stop();
    await rm(folder, { recursive: true });
    ${after}
    console.log(JSON.stringify(report));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...sourceOptions, '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as Report;
}

it('a coordinator on SQLite loads nothing that only options need', () => {
  // V8 tells of every script that it has, by its address.
  const urls = beside<string[]>(
    '',
    `const session = new Session();
    session.connect();
    report = [];
    session.on('Debugger.scriptParsed', ({ params }) => report.push(params.url));
    session.post('Debugger.enable');`,
  );
  const loaded = new Set(
    urls.map(url =>
      url
        .split('node_modules/')
        .at(-1)!
        .replace(/^((@[^/]+\/)?[^/]+).*/, '$1'),
    ),
  );
  for (const name of ['fastify', 'kysely']) expect(loaded).toContain(name);
  expect(urls.some(url => url.endsWith('/engine/src/tensorflow/core.cjs'))).toBe(true);
  for (const name of ['pg', 'piscina', 'ajv', '@fastify/ajv-compiler', '@fastify/swagger', 'yaml'])
    expect(loaded).not.toContain(name);
});

it('a coordinator starts without what ICU knows of languages, 5 MB of the binary', () => {
  const asked = beside<string[]>(
    `report = [];
    for (const name of ['Collator', 'DateTimeFormat', 'ListFormat', 'NumberFormat', 'PluralRules', 'Segmenter']) {
      const Known = Intl[name];
      Intl[name] = class extends Known {
        constructor(...options) {
          super(...options);
          report.push(name);
        }
      };
    }
    for (const [type, name] of [[Number, 'toLocaleString'], [Date, 'toLocaleString'], [String, 'localeCompare']]) {
      const known = type.prototype[name];
      type.prototype[name] = function (...options) {
        report.push(name);
        return known.apply(this, options);
      };
    }`,
    '',
  );
  expect(asked).toEqual([]);
});
