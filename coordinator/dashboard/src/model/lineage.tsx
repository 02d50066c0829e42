import type { Version, Versions } from '@murmuration/api/version';
import { addressOf } from '../context/routes.ts';
import { Ago } from '../controls/moment.tsx';
import { Table } from '../controls/table.tsx';
import { count } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { nameOf, readable, readingOf } from '../metrics/figures.ts';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly versions: Versions['versions'];
  /** Numbers of the versions to compare, two at most. */
  readonly chosen: readonly number[];
  readonly choose: (numbers: readonly number[]) => void;
}

/** Most figures in a row. */
const maxRowFigures = 3;

/** Table of versions, newest first, each connected with the one that it was trained from. */
export function Lineage({ task, versions, chosen, choose }: Shown) {
  const names = [...new Set(versions.flatMap(({ metrics }) => Object.keys(metrics ?? {})))].slice(
    0,
    maxRowFigures,
  );
  const { columns } = words.model;
  const toggle = (number: number, isChosen: boolean) => {
    const others = chosen.filter(each => each !== number);
    choose(isChosen ? [...others, number].slice(-2) : others);
  };
  return (
    <Table
      label={words.model.lineage}
      columns={{
        compare: <span class="hidden">{words.model.compareColumn}</span>,
        version: columns.version,
        made: columns.made,
        round: columns.round,
        ...Object.fromEntries(names.map(name => [`figure ${name}`, nameOf(name)])),
        contributors: columns.contributors,
        verdicts: columns.verdicts,
      }}
      numbers={[...names.map(name => `figure ${name}`), 'contributors']}
      kind="lineage"
    >
      {versions.map((version, i) => (
        <tr key={version.number}>
          <td>
            <input
              type="checkbox"
              aria-label={words.model.choose(version.number)}
              checked={chosen.includes(version.number)}
              onChange={({ currentTarget }) => toggle(version.number, currentTarget.checked)}
            />
          </td>
          <th scope="row" class={`rail ${descentOf(version, versions[i + 1])}`}>
            <a href={addressOf({ page: 'version', task, version: version.number })}>{version.number}</a>{' '}
            {version.aliases.map(alias => (
              <span key={alias} class={`badge ${alias === 'champion' ? 'is-published' : 'is-both'}`}>
                {alias === 'champion' ? words.model.served : alias === 'latest' ? words.model.newest : alias}
              </span>
            ))}
            {descentOf(version, versions[i + 1]) === 'branch' && (
              <span class="muted"> {words.model.from(version.parent!.number)}</span>
            )}
          </th>
          <td>
            <Ago at={version.createdAt} />
          </td>
          <td>
            {version.round ? (
              <a href={addressOf({ page: 'round', task, round: version.round.number })}>
                {terms.round(version.round.number)}
              </a>
            ) : (
              <span class="muted">{version.parent ? words.model.notKept : words.model.first}</span>
            )}{' '}
            <span class="muted">
              {version.strategy} · {terms.plan(version.planVersion)}
            </span>
          </td>
          {names.map(name => (
            <td key={name} class="number">
              {readable(
                version.metrics?.[name],
                readingOf(
                  name,
                  versions.map(({ metrics }) => metrics?.[name]),
                ),
              )}
            </td>
          ))}
          <td class="number">{count(version.contributors)}</td>
          <td>
            <Verdicts verdicts={version.verdicts} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Shape of the line below a version. */
function descentOf({ parent }: Version, below: Version | undefined): 'root' | 'line' | 'branch' {
  if (!parent) return 'root';
  return below && parent.model !== below.model ? 'branch' : 'line';
}

export function Verdicts({ verdicts: { kept, refused } }: Pick<Version, 'verdicts'>) {
  if (kept + refused === 0) return <span class="muted">{words.model.noVerdicts}</span>;
  return (
    <span>
      {words.model.kept(kept)}
      {refused > 0 && <span class="worse"> {words.model.refused(refused)}</span>}
    </span>
  );
}
