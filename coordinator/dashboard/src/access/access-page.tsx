import { Action } from '../page/action.tsx';
import { useDashboard } from '../page/dashboard.ts';
import { instant } from '../page/format.ts';
import { Missing } from '../page/missing.tsx';
import { Ago } from '../page/moment.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Pager, usePlaces } from '../page/pager.tsx';
import { Scroll } from '../page/scroll.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';
import { NewToken } from './new-token.tsx';
import type { OperatorToken } from './tokens.ts';

/** Who may operate this coordinator; for those who may say so. */
export function AccessPage() {
  const { session } = useDashboard();
  return (
    <>
      <PageHead title={strings.pages.access} />
      {session.may('admin') ? <OperatorTokens /> : <Missing text={strings.access.forbidden} />}
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
  const { columns } = strings.tokens;
  const own = session.who.value?.id;
  return (
    <section class="card" aria-labelledby="operators">
      <div class="card-head">
        <div>
          <h2 id="operators">{strings.access.heading}</h2>
          <p class="muted">{strings.access.hint}</p>
        </div>
        <NewToken kind="operator" made={() => loaded.reload()} />
      </div>
      <Loading of={loaded}>
        {({ tokens, next }) =>
          tokens.length === 0 ? (
            <p class="hint">{strings.access.none}</p>
          ) : (
            <>
              <Scroll label={strings.access.heading}>
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
                          {id === own && <span class="badge">{strings.access.you}</span>}
                        </th>
                        <td>{strings.roles[role]}</td>
                        <td>
                          <span class={`badge is-${state}`}>{strings.tokens.states[state]}</span>
                        </td>
                        <td>
                          <Ago at={createdAt} />
                        </td>
                        <td>{expiresAt ? instant(expiresAt) : strings.tokens.never}</td>
                        <td>
                          {state === 'valid' && (
                            <Action
                              label={strings.tokens.revoke}
                              title={strings.tokens.revokeTitle(name)}
                              consequences={strings.access.revokeConsequences(id === own)}
                              confirm={strings.tokens.revoke}
                              done={strings.tokens.revokeDone(name)}
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
              </Scroll>
              <Pager places={places} next={next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}
