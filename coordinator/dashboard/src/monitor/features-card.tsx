import type { MonitoredFeature, OwnDriftSettings } from '@murmuration/api/monitor';
import { useDashboard } from '../context/dashboard.ts';
import { Table } from '../controls/table.tsx';
import { Distribution } from './distribution.tsx';
import { words } from './words.ts';

interface Shown {
  readonly features: readonly MonitoredFeature[];
  readonly own: OwnDriftSettings;
  /** Saves settings of the model, and shows the notice `done`. */
  readonly save: (settings: OwnDriftSettings, done: string) => void;
}

/** Findings about each feature of the newest window; operators mark drift that is expected. */
export function FeaturesCard({ features, own, save }: Shown) {
  const { session } = useDashboard();
  const mayChange = session.may('operator');
  const { columns } = words;
  const expect = (name: string, isExpected: boolean) => {
    const others = (own.expected ?? []).filter(each => each !== name);
    save(
      { ...own, expected: isExpected ? [...others, name] : others },
      isExpected ? words.expected(name) : words.unexpected(name),
    );
  };
  return (
    <section class="card" aria-labelledby="monitored-features">
      <h2 id="monitored-features">{words.features}</h2>
      {features.length === 0 ? (
        <p class="hint">{words.noFeatures}</p>
      ) : (
        <>
          <p class="muted">{words.featuresHint}</p>
          <Table label={words.features} columns={{ ...columns, actions: mayChange && columns.actions }}>
            {driftedFirst(features).map(feature => (
              <FeatureRow
                key={feature.name}
                feature={feature}
                expect={mayChange ? isExpected => expect(feature.name, isExpected) : undefined}
              />
            ))}
          </Table>
        </>
      )}
    </section>
  );
}

/** Sorts findings first, then expected drift, then the rest. */
function driftedFirst(features: readonly MonitoredFeature[]): MonitoredFeature[] {
  const rank = ({ drift, isExpected }: MonitoredFeature) => (drift?.drifted ? Number(isExpected) : 2);
  return features.toSorted((a, b) => rank(a) - rank(b));
}

interface Row {
  readonly feature: MonitoredFeature;
  readonly expect: ((isExpected: boolean) => void) | undefined;
}

function FeatureRow({ feature, expect }: Row) {
  const { name, role, drift, reason, isExpected, missing, distribution } = feature;
  const isFinding = drift?.drifted && !isExpected;
  return (
    <tr>
      <th scope="row">
        {name} {words.roles[role] && <span class="reason">{words.roles[role]}</span>}
      </th>
      <td>
        <span class={`badge ${isFinding ? 'is-failed' : drift && !drift.drifted ? 'is-valid' : ''}`}>
          {words.finding(feature)}
        </span>
        {drift?.since && <span class="reason">{words.since(drift.since)}</span>}
        {reason && <span class="reason">{reason}</span>}
      </td>
      <td>
        <Distribution name={name} distribution={distribution} />
      </td>
      <td class="score">{drift ? words.score(drift) : '–'}</td>
      <td>{words.missing(missing)}</td>
      {expect && (
        <td>
          {(drift?.drifted || isExpected) && (
            <button
              type="button"
              class="quiet-button"
              aria-label={isExpected ? words.unexpect(name) : words.expect(name)}
              onClick={() => expect(!isExpected)}
            >
              {isExpected ? words.unexpectShort : words.expectShort}
            </button>
          )}
        </td>
      )}
    </tr>
  );
}
