import type { Version, Versions } from '@murmuration/api/version';
import { addressOf } from '../context/routes.ts';
import { Facts } from '../controls/facts.tsx';
import { Missing } from '../controls/missing.tsx';
import { Tile } from '../controls/tile.tsx';
import { count, instant } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { nameOf, readable, readingOf } from '../metrics/figures.ts';
import { TallyBar } from '../rounds/tally-bar.tsx';
import { addedWords } from './added-words.ts';
import { GateCard } from './gate-card.tsx';
import { Verdicts } from './lineage.tsx';
import { Promote } from './promote.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly version: number;
}

/** Page of one version: its origin and its figures. */
export function VersionPage({ task, version: number }: Shown) {
  // The first found is the newest at or below the number: another one if this version was deleted. The second
  // is the one before it.
  const found = useLoaded<Versions>(
    `tasks/${task}/versions?limit=2&before=${number + 1}`,
    ['versions'],
    task,
  );
  const [version, before] = found.data.value?.versions ?? [];
  const isThere = version?.number === number;
  return (
    <>
      {isThere && (
        <div class="actions up">
          <Promote task={task} version={version} serving={found.data.value!.serving} />
        </div>
      )}
      <Loading of={found}>
        {() =>
          isThere ? (
            <Particulars task={task} version={version} before={before} />
          ) : (
            <Missing text={words.model.gone(number)} />
          )
        }
      </Loading>
    </>
  );
}

/** Figures that devices have measured on held-out examples of their own. */
function FromDevices({ measured: { parts } }: { readonly measured: NonNullable<Version['fromDevices']> }) {
  const [all] = parts;
  if (!all) return null;
  return (
    <>
      <h3>{words.model.byDevices}</h3>
      <div class="tiles">
        {all.metrics.map(({ metric, mean }) => {
          const reading = readingOf(metric, [mean.value]);
          return (
            <Tile key={metric} value={readable(mean.value, reading)}>
              {nameOf(metric)}{' '}
              <span class="muted">
                ({readable(mean.low, reading)} – {readable(mean.high, reading)})
              </span>
            </Tile>
          );
        })}
      </div>
      <p class="muted">{words.model.byDevicesHint(all.devices, all.examples)}</p>
    </>
  );
}

interface Particular {
  readonly task: string;
  readonly version: Version;
  /** Version before it; undefined if there is none, or it is deleted. */
  readonly before: Version | undefined;
}

function Particulars({ task, version, before }: Particular) {
  const { metrics, parent, round, aliases, strategy, planVersion, contributors, verdicts, privacy, gate } =
    version;
  const figures = Object.entries(metrics ?? {});
  const added = addedWords(version, before);
  return (
    <div class="beside even">
      <section class="card" aria-labelledby="quality">
        <h2 id="quality">{words.model.quality}</h2>
        {figures.length === 0 ? (
          <p class="hint">{words.model.noFigures}</p>
        ) : (
          <div class="tiles">
            {figures.map(([name, value]) => (
              <Tile key={name} value={readable(value, readingOf(name, [value]))}>
                {nameOf(name)}
              </Tile>
            ))}
          </div>
        )}
        {version.fromDevices && <FromDevices measured={version.fromDevices} />}
        <h3>{words.model.columns.verdicts}</h3>
        <p>
          <Verdicts verdicts={verdicts} />
        </p>
        <p class="muted">{words.model.verdictsHint}</p>
        <h3>{words.model.privacy}</h3>
        <p>{privacy ? privacy.statement.text : words.model.noPrivacy}</p>
        {privacy && <p class="muted">{words.model.noise(privacy.noiseShare)}</p>}
        {version.ngrams && (
          <>
            <h3>{words.model.ngrams}</h3>
            <p>{words.model.ngramsOf(version.ngrams)}</p>
          </>
        )}
      </section>
      <section class="card" aria-labelledby="origin">
        <h2 id="origin">{words.model.origin}</h2>
        <Facts
          kind="list"
          of={[
            [words.model.columns.made, instant(version.createdAt)],
            [
              words.model.parent,
              parent === null ? (
                words.model.first
              ) : parent.number === null ? (
                words.model.notKept
              ) : (
                <a href={addressOf({ page: 'version', task, version: parent.number })}>
                  {terms.version(parent.number)}
                </a>
              ),
            ],
            [
              words.model.columns.round,
              round ? (
                <>
                  <a href={addressOf({ page: 'round', task, round: round.number })}>
                    {terms.round(round.number)}
                  </a>
                  <TallyBar round={round} />
                </>
              ) : added > 0 ? (
                words.model.grown(added)
              ) : (
                words.model.notKept
              ),
            ],
            version.words !== null && [words.model.knownWords, count(version.words)],
            [words.model.strategy, `${strategy}, ${terms.plan(planVersion)}`],
            [words.model.columns.contributors, count(contributors)],
            aliases.length > 0 && [words.model.aliases, aliases.join(', ')],
            [
              words.model.hash,
              <a href={version.url} class="hash">
                {version.model}
              </a>,
            ],
          ]}
        />
      </section>
      {gate && <GateCard task={task} gate={gate} />}
    </div>
  );
}
