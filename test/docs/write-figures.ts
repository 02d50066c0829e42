import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { readDocuments, root } from './documents.ts';
import { benchmarksPage, folder, type Result, readResults, withFigures } from './figures/figures.ts';
import { commitsSince, runOf } from './figures/run.ts';

/** Commits after which a figure is too old to be quoted. */
const oldest = 300;
const page = 'docs/benchmarks/index.md';

/** The documents that would change, as they should be. */
function changed(results: ReadonlyMap<string, Result>): [string, string][] {
  const texts = new Map([...readDocuments(), [page, readFileSync(root + page, 'utf8')] as const]);
  return [...texts].flatMap(([path, text]) => {
    const right = path === page ? benchmarksPage(results) : withFigures(text, results);
    return right === text ? [] : [[path, right] as [string, string]];
  });
}

function write(results: ReadonlyMap<string, Result>): void {
  for (const [path, text] of changed(results)) writeFileSync(root + path, text);
}

function check(results: ReadonlyMap<string, Result>): readonly string[] {
  const wrong = changed(results).map(([path]) => `${path} has other figures than those that are kept.`);
  const old = [...results].flatMap(([name, { commit }]) => {
    const age = commitsSince(commit);
    if (age === undefined) return [`${name}: the history here lacks its commit, ${commit}.`];
    return age > oldest ? [`${name} was measured ${age} commits ago; ${oldest} are the most.`] : [];
  });
  return [...wrong, ...old];
}

const program = new Command('npm run figures --')
  .description('Runs commands, keeps the figures that they print, and writes them wherever they are quoted.')
  .argument('[names...]', 'results to measure again: files of docs/benchmarks, without .json')
  .option('--all', 'measure all that this machine can')
  .option('--check', 'run nothing, and fail where a document has another figure, or one is too old')
  .action(async (names: readonly string[], { all, check: only }: { all?: true; check?: true }) => {
    const results = readResults();
    if (only) {
      const problems = check(results);
      for (const problem of problems) console.error(problem);
      process.exitCode = problems.length > 0 ? 1 : 0;
      return;
    }
    const unknown = names.filter(name => !results.has(name));
    if (unknown.length > 0)
      throw new Error(`There is no result called ${unknown.join(', ')}: ${[...results.keys()].join(', ')}.`);
    const failed: string[] = [];
    for (const name of all ? [...results.keys()] : names) {
      const { command } = results.get(name)!;
      console.error(`${name}: ${command}`);
      try {
        const result = { ...results.get(name)!, ...(await runOf(command)) };
        benchmarksPage(new Map([[name, result]]));
        results.set(name, result);
        writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(result, undefined, 2)}\n`);
        write(results);
      } catch (error) {
        failed.push(`${name} stays as it was: ${(error as Error).message}`);
      }
    }
    write(results);
    for (const line of failed) console.error(line);
    process.exitCode = failed.length > 0 ? 1 : 0;
  });

await program.parseAsync();
