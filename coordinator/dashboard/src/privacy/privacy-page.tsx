import type { Masking } from '@murmuration/api/security';
import { count, percent } from '../page/format.ts';
import { PageHead } from '../page/page-head.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';

/** What this task's devices are promised, and by which parameters. */
export function PrivacyPage({ task }: { readonly task: string }) {
  const masking = useLoaded<Masking>(`tasks/${task}/masking`, ['settings'], task);
  return (
    <>
      <PageHead title={strings.pages.privacy} of={task} />
      <Loading of={masking}>
        {answer => (
          <div class="beside even">
            <Guarantees masking={answer} />
            <Parameters masking={answer} />
          </div>
        )}
      </Loading>
    </>
  );
}

function Guarantees({ masking: { masking, guarantees, planVersion } }: { readonly masking: Masking }) {
  return (
    <section class={`card promise ${masking ? 'masked' : 'open'}`} aria-labelledby="guarantees">
      <h2 id="guarantees">{masking ? strings.privacy.masked : strings.privacy.open}</h2>
      <p class="muted">{strings.privacy.inForce(planVersion)}</p>
      <ul class="guarantees">
        {guarantees.map(each => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </section>
  );
}

function Parameters({ masking: { masking, ring, cohort } }: { readonly masking: Masking }) {
  const { terms } = strings.privacy;
  return (
    <section class="card" aria-labelledby="parameters">
      <h2 id="parameters">{strings.privacy.parameters}</h2>
      <dl class="explained">
        {masking && (
          <>
            <dt>
              {terms.threat.name} <strong>{masking.threat}</strong>
            </dt>
            <dd>{strings.privacy.threats[masking.threat]}</dd>
            <dt>
              {terms.corrupt.name} <strong>{percent(masking.corrupt, 0)}</strong>
            </dt>
            <dd>{terms.corrupt.text}</dd>
            <dt>
              {terms.dropping.name} <strong>{percent(masking.dropping, 0)}</strong>
            </dt>
            <dd>{terms.dropping.text}</dd>
            <dt>
              {terms.security.name} <strong>{strings.privacy.below(masking.securityBits)}</strong>
            </dt>
            <dd>{terms.security.text}</dd>
            <dt>
              {terms.failure.name} <strong>{strings.privacy.below(masking.failureBits)}</strong>
            </dt>
            <dd>{terms.failure.text}</dd>
            {masking.graphs.map(({ devices, graph, neighbours, threshold }) => (
              <div key={devices}>
                <dt>
                  {strings.privacy.graphOf(count(devices))}{' '}
                  <strong>{strings.privacy.graph(graph, neighbours, threshold)}</strong>
                </dt>
                <dd>{strings.privacy.graphText(neighbours, threshold)}</dd>
              </div>
            ))}
          </>
        )}
        {ring && (
          <>
            <dt>
              {terms.ring.name} <strong>{strings.privacy.ring(ring.bits, ring.valueBits)}</strong>
            </dt>
            <dd>{terms.ring.text(ring.weightCap)}</dd>
          </>
        )}
        <dt>
          {terms.cohort.name}{' '}
          <strong>{strings.privacy.cohort(cohort.minimum, cohort.goal, cohort.largest)}</strong>
        </dt>
        <dd>{terms.cohort.text}</dd>
      </dl>
    </section>
  );
}
