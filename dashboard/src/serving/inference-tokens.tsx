import { ResponsiveTable } from '@murmuration/ui/controls/responsive-table';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Ago } from '../controls/moment.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { instant } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { NewToken } from '../tokens/new-token.tsx';
import type { InferenceToken } from '../tokens/tokens.ts';
import { words as tokenWords } from '../tokens/words.ts';
import { words } from './words.ts';

interface Answer {
  readonly tokens: readonly InferenceToken[];
  readonly next: string | null;
}

/** With what programs ask models. */
export function InferenceTokens() {
  const { session, requests } = useDashboard();
  const places = usePlaces<string>();
  const loaded = useLoaded<Answer>(`inference-tokens?limit=20${places.query('after')}`, ['inference-tokens']);
  const mayChange = session.may('operator');
  const { columns } = tokenWords.list;
  return (
    <section class="card" aria-labelledby="inference-tokens">
      <div class="card-head">
        <div>
          <h2 id="inference-tokens">{words.tokens.heading}</h2>
          <p class="muted">{words.tokens.hint}</p>
        </div>
        {mayChange && <NewToken kind="inference" made={() => loaded.reload()} />}
      </div>
      <Loading of={loaded}>
        {({ tokens, next }) =>
          tokens.length === 0 && next === null ? (
            <p class="hint">{words.tokens.none}</p>
          ) : (
            <>
              <ResponsiveTable label={words.tokens.heading}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{columns.name}</th>
                      <th scope="col">{columns.state}</th>
                      <th scope="col">{columns.rights}</th>
                      <th scope="col">{columns.quota}</th>
                      <th scope="col">{columns.made}</th>
                      <th scope="col">{columns.expires}</th>
                      {mayChange && <th scope="col">{columns.actions}</th>}
                    </tr>
                  </thead>
                  <tbody>
                    {tokens.map(token => (
                      <tr key={token.id}>
                        <th scope="row">
                          {token.name} <code class="muted">{token.id}</code>
                        </th>
                        <td>
                          <span class={`badge is-${token.state}`}>{tokenWords.list.states[token.state]}</span>
                        </td>
                        <td>{token.rights.map(right => words.tokens.rights[right]).join(', ')}</td>
                        <td>{words.tokens.limits(token.rate, token.quota)}</td>
                        <td>
                          <Ago at={token.createdAt} />
                        </td>
                        <td>{token.expiresAt ? instant(token.expiresAt) : tokenWords.list.never}</td>
                        {mayChange && (
                          <td>
                            {token.state === 'valid' && (
                              <Action
                                label={tokenWords.list.revoke}
                                title={tokenWords.list.revokeTitle(token.name)}
                                consequences={words.tokens.revokeConsequences}
                                confirm={tokenWords.list.revoke}
                                done={tokenWords.list.revokeDone(token.name)}
                                isDanger
                                run={async () => {
                                  await requests.send('POST', `inference-tokens/${token.id}/revoke`);
                                  loaded.reload();
                                }}
                              />
                            )}
                          </td>
                        )}
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
