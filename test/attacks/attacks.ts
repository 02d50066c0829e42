import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { provideServices, withoutTags } from '../../scripts/services.mjs';
import type { BenchmarkOptions, Figures } from '../bench/benchmark.ts';
import { attacks } from './secagg/all.ts';

interface Result {
  readonly name: string;
  /** The rule of SPEC.md, or the promise, that is attacked. */
  readonly rule: string;
  readonly held: boolean;
  /** Null where nothing was left out. */
  readonly succeedsWithoutRule: boolean | null;
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/**
 * Runs the attacks of this folder, or those whose name has NAME in it. Those on secure aggregation are run a second time with the rule left out
 * that holds against them: where they succeed then, the rule is needed. The others are tests on running coordinators and devices.
 */
export async function run({ args, log }: BenchmarkOptions): Promise<{ figures: Figures; failed: boolean }> {
  const wanted = args.find(arg => !arg.startsWith('-')) ?? '';
  const results: Result[] = [];
  for (const { name, rule, run: attack } of attacks.filter(each => each.name.includes(wanted))) {
    const outcome = await attack();
    results.push({ name, rule, ...outcome });
    log(`${outcome.held ? 'held' : 'BROKEN'}  ${rule}  ${name}`);
  }
  const strategies = results.filter(({ succeedsWithoutRule }) => succeedsWithoutRule !== null);
  log('attacks on running coordinators and devices …');
  for (const result of await testsOf(wanted)) {
    results.push(result);
    if (!result.held) log(`BROKEN  ${result.rule}  ${result.name}`);
  }
  const rulesNecessary = strategies.every(({ succeedsWithoutRule }) => succeedsWithoutRule);
  const broken = results.filter(({ held }) => !held).length;
  return {
    figures: { attacks: results, count: results.length, broken, rulesNecessary },
    failed: broken > 0 || !rulesNecessary || results.length === 0,
  };
}

/** The attacks that are tests: each as it ended. */
async function testsOf(wanted: string): Promise<Result[]> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-attacks-'));
  const report = join(folder, 'report.json');
  const { env, lacking } = provideServices();
  try {
    const vitest = spawn(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        'test/attacks',
        '--exclude=test/attacks/secagg/**',
        '--project=node',
        '--project=long',
        '--reporter=json',
        `--outputFile=${report}`,
        ...withoutTags(lacking),
        ...(wanted ? ['-t', wanted] : []),
      ],
      { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    await once(vitest, 'exit');
    const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ ancestorTitles, title, status }) => ({
        name: [...ancestorTitles, title].join(' '),
        rule: /\b[A-Z]{2}\d+\b/.exec([...ancestorTitles, title].join(' '))?.[0] ?? 'THREAT_MODEL',
        held: status === 'passed',
        succeedsWithoutRule: null,
      }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
