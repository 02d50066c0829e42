import type { Masking } from '@murmuration/api/security';
import { useDashboard } from '../context/dashboard.ts';
import { count, percent } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Guarantees to a task's devices, and their parameters. */
export function Guarantees({ task }: { readonly task: string }) {
  const { feed } = useDashboard();
  const trainsHere = feed.overview.value?.tasks.find(each => each.task === task)?.trainsHere;
  const masking = useLoaded<Masking>(`tasks/${task}/masking`, ['settings'], task);
  return (
    <Loading of={masking}>
      {answer =>
        trainsHere && !answer.masking ? (
          <NoDevices />
        ) : (
          <div class="beside even">
            <Promises masking={answer} />
            <Parameters masking={answer} />
          </div>
        )
      }
    </Loading>
  );
}

/** Hint for a task that the coordinator trains itself. */
function NoDevices() {
  return (
    <section class="card promise" aria-labelledby="guarantees">
      <h2 id="guarantees">{words.central}</h2>
      <p>{words.centralText}</p>
    </section>
  );
}

function Promises({ masking: { masking, guarantees, planVersion } }: { readonly masking: Masking }) {
  return (
    <section class={`card promise ${masking ? 'masked' : 'open'}`} aria-labelledby="guarantees">
      <h2 id="guarantees">{masking ? words.masked : words.open}</h2>
      <p class="muted">{words.inForce(planVersion)}</p>
      <ul class="guarantees">
        {guarantees.map(each => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </section>
  );
}

function Parameters({ masking: { masking, ring, cohort } }: { readonly masking: Masking }) {
  const { terms } = words;
  return (
    <section class="card" aria-labelledby="parameters">
      <h2 id="parameters">{words.parameters}</h2>
      <dl class="explained">
        {masking && (
          <>
            <dt>
              {terms.threat.name} <strong>{masking.threat}</strong>
            </dt>
            <dd>{words.threats[masking.threat]}</dd>
            <dt>
              {terms.corrupt.name} <strong>{percent(masking.corrupt, 0)}</strong>
            </dt>
            <dd>{terms.corrupt.text}</dd>
            <dt>
              {terms.dropping.name} <strong>{percent(masking.dropping, 0)}</strong>
            </dt>
            <dd>{terms.dropping.text}</dd>
            <dt>
              {terms.security.name} <strong>{words.below(masking.securityBits)}</strong>
            </dt>
            <dd>{terms.security.text}</dd>
            <dt>
              {terms.failure.name} <strong>{words.below(masking.failureBits)}</strong>
            </dt>
            <dd>{terms.failure.text}</dd>
            {masking.graphs.map(({ devices, graph, neighbours, threshold }) => (
              <div key={devices}>
                <dt>
                  {words.graphOf(count(devices))} <strong>{words.graph(graph, neighbours, threshold)}</strong>
                </dt>
                <dd>{words.graphText(neighbours, threshold)}</dd>
              </div>
            ))}
          </>
        )}
        {ring && (
          <>
            <dt>
              {terms.ring.name} <strong>{words.ring(ring.bits, ring.valueBits)}</strong>
            </dt>
            <dd>{terms.ring.text(ring.weightCap)}</dd>
          </>
        )}
        <dt>
          {terms.cohort.name} <strong>{words.cohort(cohort.minimum, cohort.goal, cohort.largest)}</strong>
        </dt>
        <dd>{terms.cohort.text}</dd>
      </dl>
    </section>
  );
}
