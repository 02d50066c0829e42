import type { Version, Versions } from '@murmuration/api/version';
import { addressOf } from '../context/routes.ts';
import { Missing } from '../controls/missing.tsx';
import { Table } from '../controls/table.tsx';
import { count, duration, instant } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { difference, isBetter, nameOf, readable, readingOf } from '../metrics/figures.ts';
import { Promote } from './promote.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly versions: readonly [number, number];
}

/** Page that compares two versions. */
export function ComparePage({ task, versions: [from, to] }: Shown) {
  const path = (number: number) => `tasks/${task}/versions?limit=1&before=${number + 1}`;
  const one = useLoaded<Versions>(path(from), ['versions'], task);
  const two = useLoaded<Versions>(path(to), ['versions'], task);
  return (
    <Loading of={one}>
      {first => (
        <Loading of={two}>
          {second => {
            const [a, b] = [first.versions[0], second.versions[0]];
            if (a?.number !== from) return <Missing text={words.model.gone(from)} />;
            if (b?.number !== to) return <Missing text={words.model.gone(to)} />;
            return <SideBySide task={task} versions={[a, b]} serving={second.serving} />;
          }}
        </Loading>
      )}
    </Loading>
  );
}

type Compared = { readonly task: string; readonly versions: readonly [Version, Version] } & Pick<
  Versions,
  'serving'
>;

function SideBySide({ task, versions, serving }: Compared) {
  const [a, b] = versions;
  const names = [...new Set(versions.flatMap(({ metrics }) => Object.keys(metrics ?? {})))];
  const rows: readonly (readonly [string, (version: Version) => string])[] = [
    [words.model.columns.made, ({ createdAt }) => instant(createdAt)],
    [words.model.columns.round, ({ round }) => (round ? terms.round(round.number) : '–')],
    [
      words.compare.roundTook,
      ({ round }) => (round ? duration(Date.parse(round.endedAt) - Date.parse(round.startedAt)) : '–'),
    ],
    [words.model.columns.contributors, ({ contributors }) => count(contributors)],
    [words.model.strategy, ({ strategy }) => strategy],
    [words.compare.planVersion, ({ planVersion }) => String(planVersion)],
    [words.compare.kept, ({ verdicts }) => count(verdicts.kept)],
    [words.compare.refused, ({ verdicts }) => count(verdicts.refused)],
  ];
  return (
    <section class="card" aria-labelledby="compared">
      <h2 id="compared">{words.compare.heading}</h2>
      <p class="muted">{words.compare.between(b.number - a.number)}</p>
      <Table
        label={words.compare.heading}
        columns={{
          what: words.compare.what,
          ...Object.fromEntries(
            versions.map(({ number }) => [
              `version ${number}`,
              <a href={addressOf({ page: 'version', task, version: number })}>{terms.version(number)}</a>,
            ]),
          ),
          difference: words.compare.difference,
        }}
        numbers={[...versions.map(({ number }) => `version ${number}`), 'difference']}
      >
        {names.map(name => {
          const [before, after] = [a.metrics?.[name], b.metrics?.[name]];
          const reading = readingOf(name, [before, after]);
          const isKnown = before !== undefined && after !== undefined;
          const better = isKnown ? isBetter(before, after, reading) : null;
          return (
            <tr key={name}>
              <th scope="row">{nameOf(name)}</th>
              <td class="number">{readable(before, reading)}</td>
              <td class="number">{readable(after, reading)}</td>
              <td class={`number ${better === null ? '' : better ? 'better' : 'worse'}`}>
                {isKnown ? difference(before, after, reading) : '–'}{' '}
                {better !== null && (better ? words.compare.better : words.compare.worse)}
              </td>
            </tr>
          );
        })}
        {rows.map(([name, of]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{of(a)}</td>
            <td class="number">{of(b)}</td>
            <td />
          </tr>
        ))}
      </Table>
      <div class="actions spread">
        {versions.map(version => (
          <div key={version.number} class="actions">
            <span class="muted">{terms.version(version.number)}</span>
            <Promote task={task} version={version} serving={serving} />
          </div>
        ))}
      </div>
    </section>
  );
}
