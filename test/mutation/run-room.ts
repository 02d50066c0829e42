import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { sourceOptions } from '../../scripts/prepare.mjs';
import { keyOf, type Mutant, mutantOfResult } from './mutants.ts';
import type { Room } from './rooms.ts';
import { type Outcome, outcomeOf } from './score.ts';

export interface RoomRun {
  /** A copy of the tree, in which Stryker may write. */
  readonly copy: string;
  readonly room: Room;
  readonly mutants: readonly Mutant[];
  /** Mutants of the rooms before, and of all. */
  readonly before: number;
  readonly all: number;
  /** Where what is known of a room is kept from run to run, if it is. */
  readonly kept?: string;
}

/** What became of the mutants of a room, by their keys. */
export async function outcomesOf(run: RoomRun): Promise<Map<string, Outcome>> {
  const { copy, room, mutants, before, all, kept } = run;
  const keys = mutants.map(keyOf);
  const asked = join(copy, `asked-of-${room.name}.json`);
  await writeFile(asked, JSON.stringify({ keys, before, all }));
  process.env['MUTATION_ASKED'] = asked;
  process.env['MUTATION_TESTS'] = room.tests.map(folder => `${folder}/**/*.test.ts`).join();
  process.chdir(copy);
  const results = await new Stryker({
    inPlace: true,
    mutate: [...new Set(mutants.map(({ file }) => file))],
    plugins: ['@stryker-mutator/vitest-runner', './test/mutation/plugin.ts'],
    testRunner: 'asked',
    testRunnerNodeArgs: sourceOptions,
    checkerNodeArgs: sourceOptions,
    ...{ vitest: { configFile: 'test/mutation/vitest.config.ts', related: false } },
    ignorers: kept ? [] : ['asked'],
    reporters: ['asked'],
    coverageAnalysis: 'perTest',
    concurrency: availableParallelism(),
    // Beside twice as long as the tests take without a mutant: a busy machine must not look like a loop without end.
    timeoutMS: 15_000,
    timeoutFactor: 2,
    dryRunTimeoutMinutes: 30,
    disableTypeChecks: false,
    logLevel: 'error',
    allowConsoleColors: false,
    ...(kept && { incremental: true, incrementalFile: kept }),
  } as ConstructorParameters<typeof Stryker>[0]).runMutationTest();
  const wanted = new Set(keys);
  return new Map(
    results
      .map(result => [keyOf(mutantOfResult(copy, result)), result.status] as const)
      .filter(([key]) => wanted.has(key))
      .map(([key, status]) => [key, outcomeOf(status)]),
  );
}
