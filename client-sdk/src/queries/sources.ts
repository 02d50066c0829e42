import type { TaskName } from '@murmuration/protocol/ids/ids';
import { offerOf, roundOf } from '@murmuration/protocol/queries/offer';
import type { Query, QueryKind } from '@murmuration/protocol/queries/query';
import { sideAsked } from '@murmuration/protocol/queries/sides';
import type { AnswerOptions } from './answer-options.ts';
import type { Sum } from './answered.ts';

const day = 86_400_000;
/** ms for which an exact answer about text counts whose order is unknown, at least: no record says which of it is new. */
const periodOfUnordered = 28 * day;
/** ms for which a device remembers an experiment that it has answered. */
const experimentsKept = 366 * day;

/** What the SDK reads in the examples of all tasks, by the name of its source. */
const ownText = 'examples';

/** What a device says to a query of a kind is about this source. No name has a space that an app can give. */
export function sourceOf(
  name: string,
  { source, answer }: Pick<AnswerOptions, 'source' | 'answer'>,
  kind: QueryKind,
  task: TaskName,
): string {
  if (source !== undefined) return source;
  if (answer) return name;
  if (kind === 'ngrams') return ownText;
  return kind === 'evaluation' ? `evaluation ${task}` : name;
}

/** The sources of text among those of a task, and for how many ms an answer about each counts at least: none where the SDK knows what is new. */
export function textIn(
  allowed: Readonly<Record<string, AnswerOptions>>,
  task: TaskName,
): (readonly [source: string, period: number])[] {
  return Object.entries(allowed).flatMap(([name, options]) =>
    options.kinds
      .filter(kind => sideAsked(kind, 1))
      .map(kind => [sourceOf(name, options, kind, task), options.answer ? periodOfUnordered : 0] as const),
  );
}

/** Rounds that follow one another are of one chain. */
export const chainOf = (task: TaskName, name: string, kind: QueryKind): string => `${task} ${name} ${kind}`;

/** The sum that a device is asked to be in. */
export function sumOf(query: Query, options: AnswerOptions, task: TaskName): Sum {
  const { name, kind, period, privacy } = query;
  const isUnordered = options.answer !== undefined && !privacy && sideAsked(kind, roundOf(query));
  const own = {
    source: sourceOf(name, options, kind, task),
    chain: chainOf(task, name, kind),
    round: offerOf(query),
    period: isUnordered ? Math.max(period, periodOfUnordered) : period,
    reader: options.answer ? undefined : task,
  };
  const versions =
    kind === 'outcomes' ? query.versions : kind === 'arm' && query.arm ? [query.arm.version] : [];
  const others = versions.map(version => ({ ...own, source: versionSource(version) }));
  if (kind !== 'arm' || !query.arm) return [own, ...others];
  const { experiment } = query.arm;
  const once = { ...own, source: `experiment ${experiment}`, chain: 'experiment', round: '' };
  return [own, ...others, { ...once, period: experimentsKept }];
}

/** What became of predictions of a version, whatever asks for it. */
export const versionSource = (version: string): string => `version ${version}`;
