import { ResponsiveTable } from '@murmuration/ui/controls/responsive-table';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Missing } from '../controls/missing.tsx';
import { Ago } from '../controls/moment.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { instant } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { NewToken } from '../tokens/new-token.tsx';
import type { OperatorToken } from '../tokens/tokens.ts';
import { words as tokenWords } from '../tokens/words.ts';
import { terms } from '../words/terms.ts';
import { words } from './words.ts';

/** Who may operate this coordinator; for those who may say so. */
export function AccessPage() {
  const { session } = useDashboard();
  return (
    <>
      <PageHead title={terms.pages.access} />
      {session.may('admin') ? <OperatorTokens /> : <Missing text={words.forbidden} />}
    </>
  );
}

interface Answer {
  readonly tokens: readonly OperatorToken[];
  readonly next: string | null;
}

function OperatorTokens() {
  const { session, requests } = useDashboard();
  const places = usePlaces<string>();
  const loaded = useLoaded<Answer>(`operator-tokens?limit=50${places.query('after')}`, ['operator-tokens']);
  const { columns } = tokenWords.list;
  const own = session.who.value?.id;
  return (
    <section class="card" aria-labelledby="operators">
      <div class="card-head">
        <div>
          <h2 id="operators">{words.heading}</h2>
          <p class="muted">{words.hint}</p>
        </div>
        <NewToken kind="operator" made={() => loaded.reload()} />
      </div>
      <Loading of={loaded}>
        {({ tokens, next }) =>
          tokens.length === 0 ? (
            <p class="hint">{words.none}</p>
          ) : (
            <>
              <ResponsiveTable label={words.heading}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{columns.name}</th>
                      <th scope="col">{columns.role}</th>
                      <th scope="col">{columns.state}</th>
                      <th scope="col">{columns.made}</th>
                      <th scope="col">{columns.expires}</th>
                      <th scope="col">{columns.actions}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {tokens.map(({ id, name, role, state, createdAt, expiresAt }) => (
                      <tr key={id}>
                        <th scope="row">
                          {name} <code class="muted">{id}</code>{' '}
                          {id === own && <span class="badge">{words.you}</span>}
                        </th>
                        <td>{terms.roles[role]}</td>
                        <td>
                          <span class={`badge is-${state}`}>{tokenWords.list.states[state]}</span>
                        </td>
                        <td>
                          <Ago at={createdAt} />
                        </td>
                        <td>{expiresAt ? instant(expiresAt) : tokenWords.list.never}</td>
                        <td>
                          {state === 'valid' && (
                            <Action
                              label={tokenWords.list.revoke}
                              title={tokenWords.list.revokeTitle(name)}
                              consequences={words.revokeConsequences(id === own)}
                              confirm={tokenWords.list.revoke}
                              done={tokenWords.list.revokeDone(name)}
                              isDanger
                              run={async () => {
                                await requests.send('POST', `operator-tokens/${id}/revoke`);
                                loaded.reload();
                              }}
                            />
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </ResponsiveTable>
              <Pager places={places} next={next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}
