import type { TaskName } from '@murmuration/protocol/ids/ids';
import { offerOf, roundOf } from '@murmuration/protocol/queries/offer';
import type { Query, QueryKind } from '@murmuration/protocol/queries/query';
import { sideAsked } from '@murmuration/protocol/queries/sides';
import type { AnswerOptions } from './answer-options.ts';
import type { Sum } from './answered.ts';

const day = 86_400_000;
/**
 * Least ms for which an exact answer about text counts if the order is
 * unknown: no record shows which part is new.
 */
const periodOfUnordered = 28 * day;
/** Milliseconds for which a device remembers an answered experiment. */
const experimentsKept = 366 * day;

/** Name of the source of the SDK's own readings, for the examples of all tasks. */
const ownText = 'examples';

/** Returns the source of a device's answer. Apps can't set a name with a space. */
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

/**
 * Returns a task's sources of text, each with the least ms for which an answer
 * counts: 0 if the SDK knows what is new.
 */
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

/** Returns the chain of a query's consecutive rounds. */
export const chainOf = (task: TaskName, name: string, kind: QueryKind): string => `${task} ${name} ${kind}`;

/** Returns the sum that a query asks for. */
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

/** Returns the source of the outcomes of a version's predictions, for all queries. */
export const versionSource = (version: string): string => `version ${version}`;
