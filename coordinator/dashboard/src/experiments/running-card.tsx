import type { ExperimentMessage } from '@murmuration/api/experiment';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Facts } from '../controls/facts.tsx';
import { Ago } from '../controls/moment.tsx';
import { moment } from '../format/format.ts';
import { ArmsTable } from './arms-table.tsx';
import { standingOf } from './standing.ts';
import { unitsOf, words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly experiment: ExperimentMessage;
  /** Called when the experiment was ended. */
  readonly changed: () => void;
}

/** Running experiment: its winner, if there is one, its certainty, and the cost of stopping now. */
export function RunningCard({ task, experiment, changed }: Shown) {
  const { session, requests } = useDashboard();
  const { name, kind } = experiment;
  const id = `experiment-${name}`;
  const mayChange = session.may('operator');
  const end = async (how: 'stop' | 'promote', body: object) => {
    await requests.send('POST', `tasks/${task}/experiments/${name}/${how}`, body);
    changed();
  };
  const { winner, control } = standingOf(experiment);
  const tone = winner === undefined ? '' : winner === control ? 'bad' : 'good';
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>
          {name} <span class="badge is-both">{words.kinds[kind]}</span>
        </h2>
        {mayChange && <Action {...words.stop} isDanger run={() => end('stop', {})} />}
      </div>
      <p class={`verdict ${tone}`}>{words.verdict(experiment)}</p>
      <p class="muted">{words.certainty(experiment)}</p>
      <Progress experiment={experiment} />
      <div class="arms">
        <ArmsTable experiment={experiment} />
        {mayChange && (
          <div class="actions">
            {experiment.arms.map(arm => (
              <Action
                key={arm.name}
                {...words.promote(arm, experiment.metric)}
                isMain={arm === winner}
                run={() => end('promote', { arm: arm.name })}
              />
            ))}
          </div>
        )}
      </div>
      <Conditions experiment={experiment} />
    </section>
  );
}

/** Number of units so far, out of those planned. */
function Progress({ experiment }: Pick<Shown, 'experiment'>) {
  const { kind, planned } = experiment;
  if (kind === 'mirror') return null;
  const units = unitsOf(experiment);
  return (
    <div class="gathering">
      <span class="muted">{words.progress(experiment)}</span>
      <span class="meter" aria-hidden="true">
        <span class="some" style={{ inlineSize: `${100 * Math.min(1, units / planned)}%` }} />
      </span>
    </div>
  );
}

/** Conditions of the experiment: the state of the split, what ends it, and the key that splits requests. */
function Conditions({ experiment }: Pick<Shown, 'experiment'>) {
  const { kind, metric, covariate, sampleRatio, guards, step, query, createdAt, createdBy, endsAt, isFull } =
    experiment;
  const { facts } = words;
  return (
    <Facts
      kind="facts quiet"
      of={[
        sampleRatio && [
          query === null ? facts.ratio : facts.devicesRatio,
          <span class={words.ratio(sampleRatio.p, query).tone}>
            {words.ratio(sampleRatio.p, query).text}
          </span>,
        ],
        kind !== 'mirror' && [facts.metric, words.metric(metric)],
        covariate && [facts.covariate, ...Object.values(words.covariate(covariate))],
        kind !== 'mirror' && [
          facts.guards,
          ...(guards.length > 0 ? guards.map(words.guard) : [words.noGuards]),
        ],
        step && [facts.step, words.step(step)],
        [facts.key, words.key(experiment), ...(isFull ? [<span class="worse">{words.full}</span>] : [])],
        query !== null && [facts.devices, ...words.fromDevices(experiment)],
        [
          facts.begun,
          <>
            <Ago at={createdAt} /> {words.by(createdBy)}
          </>,
        ],
        endsAt !== null && [facts.ends, moment(endsAt)],
      ]}
    />
  );
}
