import type { InferenceState, InferenceVersion } from '@murmuration/api/inference';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Ago } from '../controls/moment.tsx';
import { Table } from '../controls/table.tsx';
import { bytes, count } from '../format/format.ts';
import { words } from './words.ts';

type Model = InferenceState['models'][number];

interface Shown {
  readonly models: readonly Model[];
  /** Called when a model was loaded or unloaded. */
  readonly changed: () => void;
}

/** Models that can be asked, and their versions in memory. */
export function ModelsCard({ models, changed }: Shown) {
  const { session } = useDashboard();
  const mayChange = session.may('operator');
  const { columns } = words;
  return (
    <section class="card" aria-labelledby="served-models">
      <h2 id="served-models">{words.models}</h2>
      <p class="muted">{words.modelsHint}</p>
      {models.length === 0 ? (
        <p class="hint">{words.none}</p>
      ) : (
        <Table label={words.models} columns={{ ...columns, actions: mayChange && columns.actions }}>
          {models.flatMap(model =>
            model.versions.map((version, index) => (
              <VersionRow
                key={`${model.name} ${version.version}`}
                model={model}
                version={version}
                isFirst={index === 0}
                mayChange={mayChange}
                changed={changed}
              />
            )),
          )}
        </Table>
      )}
    </section>
  );
}

interface Row {
  readonly model: Model;
  readonly version: InferenceVersion;
  /** True for the first row of a model, which has its buttons: a model is loaded and unloaded as a whole. */
  readonly isFirst: boolean;
  readonly mayChange: boolean;
  readonly changed: () => void;
}

const tones = { loaded: 'is-valid', idle: '', unloaded: 'is-both', failed: 'is-failed' } as const;

function VersionRow({ model: { name }, version, isFirst, mayChange, changed }: Row) {
  const { state, reason, engine, askedAt, feedback } = version;
  return (
    <tr>
      <th scope="row">
        {name} <span class="muted">{words.version(version.version)}</span>{' '}
        {version.aliases.map(alias => (
          <span key={alias} class="badge is-both">
            {alias}
          </span>
        ))}
      </th>
      <td>
        <span class={`badge ${tones[state]}`}>{words.states[state]}</span>
        {(reason ?? engine) && <span class="reason">{reason ?? engine}</span>}
      </td>
      <td>{version.bytes === null ? '–' : bytes(version.bytes)}</td>
      <td>{words.rate(version.perSecond, version.requests)}</td>
      <td>{words.latency(version.p50, version.p99)}</td>
      <td>{words.span(version.queue)}</td>
      <td>{words.batch(version.batch)}</td>
      <td>{count(version.errors)}</td>
      <td>{words.quality(feedback)}</td>
      <td>{feedback ? words.known(feedback.known, feedback.outcomes) : '–'}</td>
      <td>{askedAt ? <Ago at={askedAt} /> : words.never}</td>
      {mayChange && (
        <td>{isFirst && <LoadAction name={name} isLoaded={state === 'loaded'} changed={changed} />}</td>
      )}
    </tr>
  );
}

interface Switch {
  readonly name: string;
  readonly isLoaded: boolean;
  readonly changed: () => void;
}

function LoadAction({ name, isLoaded, changed }: Switch) {
  const { requests } = useDashboard();
  const send = async (command: 'load' | 'unload') => {
    await requests.send('POST', `inference/models/${encodeURIComponent(name)}/${command}`);
    changed();
  };
  return isLoaded ? (
    <Action
      label={words.unload}
      title={words.unloadTitle(name)}
      consequences={words.unloadConsequences}
      confirm={words.unload}
      done={words.unloadDone(name)}
      isDanger
      run={() => send('unload')}
    />
  ) : (
    <Action
      label={words.load}
      title={words.loadTitle(name)}
      consequences={words.loadConsequences}
      confirm={words.load}
      done={words.loadDone(name)}
      run={() => send('load')}
    />
  );
}
