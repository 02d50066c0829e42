import type { Version, Versions } from '@murmuration/api/version';
import { count, instant } from '../page/format.ts';
import { Missing } from '../page/missing.tsx';
import { PageHead } from '../page/page-head.tsx';
import { addressOf } from '../page/routes.ts';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { TallyBar } from '../rounds/tally-bar.tsx';
import { strings } from '../strings.ts';
import { nameOf, readable, readingOf } from './figures.ts';
import { Verdicts } from './lineage.tsx';
import { Promote } from './promote.tsx';

interface Shown {
  readonly task: string;
  readonly number: number;
}

/** One version: what it was made of, and how good it is. */
export function VersionPage({ task, number }: Shown) {
  // The newest at or below the number, which is the one, unless it is no longer kept.
  const found = useLoaded<Versions>(
    `tasks/${task}/versions?limit=1&before=${number + 1}`,
    ['versions'],
    task,
  );
  const version = found.data.value?.versions[0];
  const isThere = version?.number === number;
  return (
    <>
      <PageHead title={strings.version(number)} of={task}>
        {isThere && <Promote task={task} version={version} serving={found.data.value!.serving} />}
      </PageHead>
      <p class="up">
        <a href={addressOf({ page: 'model', task })}>← {strings.model.all}</a>
      </p>
      <Loading of={found}>
        {() =>
          isThere ? (
            <Particulars task={task} version={version} />
          ) : (
            <Missing text={strings.model.gone(number)} />
          )
        }
      </Loading>
    </>
  );
}

function Particulars({ task, version }: { readonly task: string; readonly version: Version }) {
  const { metrics, parent, round, aliases, strategy, planVersion, contributors, verdicts } = version;
  const figures = Object.entries(metrics ?? {});
  return (
    <div class="beside even">
      <section class="card" aria-labelledby="quality">
        <h2 id="quality">{strings.model.quality}</h2>
        {figures.length === 0 ? (
          <p class="hint">{strings.model.noFigures}</p>
        ) : (
          <div class="tiles">
            {figures.map(([name, value]) => (
              <p key={name} class="tile">
                <strong>{readable(value, readingOf(name, [value]))}</strong> {nameOf(name)}
              </p>
            ))}
          </div>
        )}
        <h3>{strings.model.columns.verdicts}</h3>
        <p>
          <Verdicts verdicts={verdicts} />
        </p>
        <p class="muted">{strings.model.verdictsHint}</p>
      </section>
      <section class="card" aria-labelledby="origin">
        <h2 id="origin">{strings.model.origin}</h2>
        <dl class="list">
          <dt>{strings.model.columns.made}</dt>
          <dd>{instant(version.createdAt)}</dd>
          <dt>{strings.model.parent}</dt>
          <dd>
            {parent === null ? (
              strings.model.first
            ) : parent.number === null ? (
              strings.model.notKept
            ) : (
              <a href={addressOf({ page: 'version', task, version: parent.number })}>
                {strings.version(parent.number)}
              </a>
            )}
          </dd>
          <dt>{strings.model.columns.round}</dt>
          <dd>
            {round ? (
              <>
                <a href={addressOf({ page: 'round', task, round: round.number })}>
                  {strings.round(round.number)}
                </a>
                <TallyBar tally={round.tally} />
              </>
            ) : (
              strings.model.notKept
            )}
          </dd>
          <dt>{strings.model.strategy}</dt>
          <dd>
            {strategy}, {strings.plan(planVersion)}
          </dd>
          <dt>{strings.model.columns.contributors}</dt>
          <dd>{count(contributors)}</dd>
          {aliases.length > 0 && (
            <>
              <dt>{strings.model.aliases}</dt>
              <dd>{aliases.join(', ')}</dd>
            </>
          )}
          <dt>{strings.model.hash}</dt>
          <dd>
            <a href={version.url} class="hash">
              {version.model}
            </a>
          </dd>
        </dl>
      </section>
    </div>
  );
}
