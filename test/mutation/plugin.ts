import { readFileSync } from 'node:fs';
import type { MutantResult } from '@stryker-mutator/api/core';
import {
  commonTokens,
  declareFactoryPlugin,
  declareValuePlugin,
  type Injector,
  type PluginContext,
  PluginKind,
  tokens,
} from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  type MutantRunResult,
  MutantRunStatus,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';
import { keyOf, type Mutant, mutantOf, mutantOfKey, mutantOfResult, type Position } from './mutants.ts';
import { isFound, outcomeOf } from './score.ts';

/** What the file that MUTATION_ASKED names says. */
interface Asked {
  /** The mutants that are asked for. */
  readonly keys: readonly string[];
  /** Mutants of other rooms that were tested before, and of all rooms. */
  readonly before: number;
  readonly all: number;
}

/** What is made of it, once for each file: this module stays loaded from room to room. */
function madeOf<Made>(make: (asked: Asked) => Made): () => Made {
  let made: { readonly file: string; readonly value: Made } | undefined;
  return () => {
    const file = process.env['MUTATION_ASKED']!;
    if (made?.file !== file) made = { file, value: make(JSON.parse(readFileSync(file, 'utf8'))) };
    return made.value;
  };
}

/** What stands in Stryker's runner of vitest after a run. */
interface VitestRunner extends TestRunner {
  readonly ctx: { readonly state: { getFiles(): readonly { result?: { state?: string }; name: string }[] } };
}

/**
 * Vitest for the mutants that were asked for, and nothing for others in the same places. A test file that can't be loaded any more has
 * found the mutant, though none of its tests has failed.
 */
function runnerOf(injector: Injector<PluginContext>): TestRunner {
  const [{ factory }] = vitestPlugins as unknown as [{ factory: never }];
  const vitest = injector.injectFunction(factory) as VitestRunner;
  const keys = madeOf(({ keys }) => new Set(keys))();
  const brokenFile = () => vitest.ctx.state.getFiles().find(file => file.result?.state === 'fail');
  return {
    capabilities: () => vitest.capabilities(),
    init: () => vitest.init!(),
    async dryRun(options) {
      const result = await vitest.dryRun(options);
      // Without its tests, mutants would look as if none came by.
      const broken = result.status === DryRunStatus.Complete && brokenFile();
      if (!broken) return result;
      return { status: DryRunStatus.Error, errorMessage: `${broken.name} can't be loaded` };
    },
    dispose: () => vitest.dispose!(),
    async mutantRun(options): Promise<MutantRunResult> {
      if (!keys.has(keyOf(mutantOf(process.cwd(), options.activeMutant))))
        return { status: MutantRunStatus.Error, errorMessage: 'nobody asked for it' };
      const result = await vitest.mutantRun(options);
      const broken = brokenFile();
      if (result.status !== MutantRunStatus.Survived || !broken) return result;
      return {
        status: MutantRunStatus.Killed,
        killedBy: [broken.name],
        failureMessage: `${broken.name} can't be loaded`,
        nrOfTests: result.nrOfTests,
      };
    },
  };
}
runnerOf.inject = tokens(commonTokens.injector);

/** A node of Babel's tree. */
interface Node {
  readonly type: string;
  /** Where it ends in its file. */
  readonly end: number;
  readonly loc?: { readonly start: Position; readonly end: Position } | null;
}

const isBefore = (a: Position, b: Position) => a.line < b.line || (a.line === b.line && a.column < b.column);

/** Leaves out whatever has no mutant in it that was asked for: each change that can be switched on slows down what computes. */
function onlyAsked() {
  const asked = madeOf(({ keys }) =>
    keys.map(mutantOfKey).map(mutant => ({ mutant, length: readFileSync(mutant.file, 'utf8').length })),
  );
  let own: readonly Mutant[] = [];
  return {
    shouldIgnore(path: object): string | undefined {
      const { type, end: last, loc } = (path as { readonly node: Node }).node;
      // Babel doesn't say which file it is in; how long that is tells it well enough.
      if (type === 'Program')
        own = asked()
          .filter(({ length }) => length === last)
          .map(({ mutant }) => mutant);
      if (!loc) return undefined;
      // Its lines begin with 1.
      const from = { line: loc.start.line - 1, column: loc.start.column };
      const to = { line: loc.end.line - 1, column: loc.end.column };
      const holds = own.some(({ location: { start, end } }) => !isBefore(start, from) && !isBefore(to, end));
      return holds ? undefined : 'nobody asked for it';
    },
  };
}

/** Tells of mutants that were not found, and from time to time how far the run is. */
function progress() {
  const run = madeOf(({ keys, before, all }) => ({ keys: new Set(keys), before, all, done: 0 }));
  return {
    onMutantTested(result: Readonly<MutantResult>): void {
      const given = run();
      const mutant = mutantOfResult(process.cwd(), result);
      if (!given.keys.has(keyOf(mutant))) return;
      given.done += 1;
      const place = `${mutant.file}:${mutant.location.start.line + 1}`;
      if (!isFound(outcomeOf(result.status)))
        process.stderr.write(`${result.status}: ${place} ${mutant.mutator} ${mutant.replacement}\n`);
      if (given.done % 20 === 0 || given.done === given.keys.size)
        process.stderr.write(`${given.before + given.done} of ${given.all} mutants\n`);
    },
  };
}

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.TestRunner, 'asked', runnerOf),
  declareValuePlugin(PluginKind.Ignore, 'asked', onlyAsked()),
  declareValuePlugin(PluginKind.Reporter, 'asked', progress()),
];
