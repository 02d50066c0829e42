import { seededUniform } from '@murmuration/engine/training/seeded';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Scenario } from '../scenario/define-scenario.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { percent } from '../study/percent.ts';
import type { Findings, ScenarioOptions } from '../study/study.ts';
import { type Course, type Mode, run } from './course.ts';
import { type AsynchronySettings, asynchronySettings } from './settings.ts';

const resamples = 10_000;

/** A figure and its 95 % interval, by a bootstrap over seeds. */
export interface Estimate {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** How much sooner asynchronous rounds reach the same accuracy as synchronous ones, in the scenario of that file. */
export function asynchrony(file: URL) {
  return {
    schema: asynchronySettings,
    run: async (options: ScenarioOptions<AsynchronySettings>) => compare(await loadScenario(file), options),
  };
}

async function compare(
  scenario: Scenario,
  { seed, settings: given, log }: ScenarioOptions<AsynchronySettings>,
): Promise<Findings> {
  const began = systemClock.now();
  const settings = asynchronySettings.parse(given ?? {});
  const modes: readonly Mode[] = [
    'synchronous',
    'asynchronous',
    ...(settings.masked ? (['masked'] as const) : []),
  ];
  const pairs: Courses[] = [];
  for (let i = 0; i < settings.seeds; i++) {
    const pair = {} as { -readonly [Each in keyof Courses]: Courses[Each] };
    for (const mode of modes) {
      const course = await run(scenario, mode, settings, seed + i);
      pair[mode] = course;
      log(`seed ${seed + i}, ${mode}: ${shown(course, settings.target)}`);
    }
    pairs.push(pair);
  }
  const ratios = pairs.map(pair => ratioOf(pair, 'asynchronous'));
  const speedup = speedupOf(ratios, seed);
  const masked = settings.masked
    ? speedupOf(
        pairs.map(pair => ratioOf(pair, 'masked')),
        seed,
      )
    : undefined;
  return {
    figures: {
      scenario: 'async',
      seed,
      settings,
      speedup: speedup?.value ?? null,
      interval: speedup && [speedup.lower, speedup.upper],
      ...(masked !== undefined && {
        masked: masked && { speedup: masked.value, interval: [masked.lower, masked.upper] },
      }),
      resampled: 'seeds: each is one run of either mode on the same split of the digits',
      runs: pairs,
      seconds: (systemClock.now() - began) / 1_000,
    },
    table: [
      ['seed', ...modes, 'speedup'],
      ...pairs.map((pair, i) => [
        String(seed + i),
        ...modes.map(mode => shown(pair[mode]!, settings.target)),
        ratios[i] === null ? '' : ratios[i]!.toFixed(2),
      ]),
      ['all', ...modes.map(() => ''), speedup ? inWords(speedup) : ''],
      ...(masked ? [['masked', ...modes.map(() => ''), inWords(masked)]] : []),
    ],
    ...(!speedup && { failure: `Not every run came to ${percent(settings.target)}.` }),
  };
}

type Courses = Readonly<Record<'synchronous' | 'asynchronous', Course> & { masked?: Course }>;

/** How much sooner a mode came to the target than synchronous rounds; null where one of them did not. */
function ratioOf(courses: Courses, mode: 'asynchronous' | 'masked'): number | null {
  const [before, after] = [courses.synchronous.seconds, courses[mode]?.seconds ?? null];
  return before === null || after === null ? null : before / after;
}

/** Null where not every run came to the target. */
function speedupOf(ratios: readonly (number | null)[], seed: number): Estimate | null {
  const reached = ratios.filter(ratio => ratio !== null);
  return reached.length === ratios.length ? estimateOf(reached, seed) : null;
}

function inWords({ value, lower, upper }: Estimate): string {
  return `${value.toFixed(2)} (95 % of resampled seeds: ${lower.toFixed(2)} to ${upper.toFixed(2)})`;
}

/** The geometric mean of ratios, and the middle 95 % of those of resampled ones. */
export function estimateOf(ratios: readonly number[], seed: number): Estimate {
  const mean = (of: readonly number[]) =>
    Math.exp(of.reduce((sum, ratio) => sum + Math.log(ratio), 0) / of.length);
  const uniform = seededUniform(seed);
  const means = Array.from({ length: resamples }, () =>
    mean(ratios.map(() => ratios[Math.floor(uniform() * ratios.length)]!)),
  ).sort((a, b) => a - b);
  return {
    value: mean(ratios),
    lower: means[Math.floor(0.025 * resamples)]!,
    upper: means[Math.ceil(0.975 * resamples) - 1]!,
  };
}

function shown({ seconds, versions, updates, best }: Course, target: number): string {
  if (seconds === null) return `not ${percent(target)}, but ${percent(best)}`;
  return `${(seconds / 60).toFixed(1)} min, ${versions} versions of ${updates} updates`;
}
