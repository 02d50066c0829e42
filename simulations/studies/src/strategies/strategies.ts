import { systemClock } from '@murmuration/protocol/time/system-clock';
import { inThreads } from '@murmuration/simulations/study/in-threads';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { orderings } from './contestants.ts';
import { type CourseJob, partitions, type StrategyCourse } from './course.ts';
import { strategiesSettings } from './settings.ts';

export const schema = strategiesSettings;

/**
 * Counts the rounds that each strategy takes to its target, on clients with two digits each, and on Dirichlet
 * mixtures of labels.
 */
export async function run({ seed, settings: given, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const settings = schema.parse(given ?? {});
  const { strategies, target } = settings;
  const jobs = partitions.flatMap(partition =>
    strategies.map((name): CourseJob => ({ partition, name, settings, seed })),
  );
  const courses = await inThreads<CourseJob, StrategyCourse>(
    new URL('./course.ts', import.meta.url),
    jobs,
    ({ partition, name }, course) => log(`${partition}, ${name}: ${shown(course, target)}.`),
  );
  const figures = Object.fromEntries(
    partitions.map(partition => [
      partition,
      Object.fromEntries(
        jobs.flatMap((job, i) => (job.partition === partition ? [[job.name, courses[i]!]] : [])),
      ) as Record<string, StrategyCourse>,
    ]),
  );
  const published = orderings
    .filter(({ sooner, later }) => [sooner, later].every(name => (strategies as string[]).includes(name)))
    .map(({ sooner, later, source }) => ({
      sooner,
      later,
      source,
      twoDigits: isNoLater(figures.twoDigits![sooner]!, figures.twoDigits![later]!),
      dirichlet: isNoLater(figures.dirichlet![sooner]!, figures.dirichlet![later]!),
    }));
  return {
    figures: {
      scenario: 'strategies',
      seed,
      settings,
      ...figures,
      published,
      seconds: (systemClock.now() - began) / 1_000,
    },
    table: [
      ['strategy', ...Object.keys(figures)],
      ...strategies.map(each => [
        each,
        ...Object.values(figures).map(courses => shown(courses[each]!, target)),
      ]),
      ['', ''],
      ['published', ...Object.keys(figures)],
      ...published.map(({ sooner, later, twoDigits, dirichlet }) => [
        `${sooner} no later than ${later}`,
        ...[twoDigits, dirichlet].map(holds => (holds ? 'so here' : 'not here')),
      ]),
    ],
  };
}

function shown({ rounds, best }: StrategyCourse, target: number): string {
  return rounds === null ? `not ${percent(target)}, but ${percent(best)}` : `${rounds} rounds`;
}

/**
 * True if the first reached its target no later than the second, or has at least its accuracy if neither did.
 */
function isNoLater(first: StrategyCourse, second: StrategyCourse): boolean {
  if (first.rounds === null) return second.rounds === null && first.best >= second.best;
  return second.rounds === null || first.rounds <= second.rounds;
}
