import { studentInterval } from '@murmuration/monitoring/paired/mean-difference';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Scenario } from '@murmuration/simulations/scenario/define-scenario';
import { loadScenario } from '@murmuration/simulations/scenario/load-scenario';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { type Course, type RoundMode, run } from './course.ts';
import { type AsynchronySettings, asynchronySettings } from './settings.ts';

/** Estimate with its 95 % interval. */
interface Estimate {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * Makes the study of how much sooner asynchronous rounds reach the same accuracy as synchronous ones, for the
 * scenario in `file`.
 */
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
  const modes: readonly RoundMode[] = [
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
  const speedup = speedupOf(ratios);
  const masked = settings.masked ? speedupOf(pairs.map(pair => ratioOf(pair, 'masked'))) : undefined;
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
      intervalOver: 'seeds: each is one run of either mode on the same split of the digits',
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

/** Returns the ratio of times to the target, synchronous to `mode`; null if one of them did not reach it. */
function ratioOf(courses: Courses, mode: 'asynchronous' | 'masked'): number | null {
  const [before, after] = [courses.synchronous.seconds, courses[mode]?.seconds ?? null];
  return before === null || after === null ? null : before / after;
}

/** Returns the estimate; null unless every run reached the target. */
function speedupOf(ratios: readonly (number | null)[]): Estimate | null {
  const reached = ratios.filter(ratio => ratio !== null);
  return reached.length === ratios.length ? estimateOf(reached) : null;
}

function inWords({ value, lower, upper }: Estimate): string {
  const interval = Number.isNaN(lower)
    ? 'one seed has no interval'
    : `95 % over seeds: ${lower.toFixed(2)} to ${upper.toFixed(2)}`;
  return `${value.toFixed(2)} (${interval})`;
}

/**
 * Returns the geometric mean of ratios, with Student's 95 % interval of their logarithms: five seeds are too
 * few to resample. One ratio has no interval.
 */
export function estimateOf(ratios: readonly number[]): Estimate {
  const logarithms = Float64Array.from(ratios, Math.log);
  const centre = logarithms.reduce((sum, each) => sum + each, 0) / ratios.length;
  const [lower, upper] = ratios.length > 1 ? studentInterval(logarithms, 0.95) : [Number.NaN, Number.NaN];
  return { value: Math.exp(centre), lower: Math.exp(lower), upper: Math.exp(upper) };
}

function shown({ seconds, versions, updates, best }: Course, target: number): string {
  if (seconds === null) return `not ${percent(target)}, but ${percent(best)}`;
  return `${(seconds / 60).toFixed(1)} min, ${versions} versions of ${updates} updates`;
}
