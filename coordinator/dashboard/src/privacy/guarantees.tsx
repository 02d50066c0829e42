import type { Masking } from '@murmuration/api/security';
import { useDashboard } from '../context/dashboard.ts';
import { Facts, named } from '../controls/facts.tsx';
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
      <Facts
        kind="explained"
        of={[
          ...(masking
            ? [
                [named(terms.threat.name, masking.threat), words.threats[masking.threat]] as const,
                [named(terms.corrupt.name, percent(masking.corrupt, 0)), terms.corrupt.text] as const,
                [named(terms.dropping.name, percent(masking.dropping, 0)), terms.dropping.text] as const,
                [named(terms.security.name, words.below(masking.securityBits)), terms.security.text] as const,
                [named(terms.failure.name, words.below(masking.failureBits)), terms.failure.text] as const,
                ...masking.graphs.map(
                  ({ devices, graph, neighbours, threshold }) =>
                    [
                      named(words.graphOf(count(devices)), words.graph(graph, neighbours, threshold)),
                      words.graphText(neighbours, threshold),
                    ] as const,
                ),
              ]
            : []),
          ring && [
            named(terms.ring.name, words.ring(ring.bits, ring.valueBits)),
            terms.ring.text(ring.weightCap),
          ],
          [
            named(terms.cohort.name, words.cohort(cohort.minimum, cohort.goal, cohort.largest)),
            terms.cohort.text,
          ],
        ]}
      />
    </section>
  );
}
