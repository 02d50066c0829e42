import type { Subject } from '@murmuration/api/live';
import type { ComponentChildren } from 'preact';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Ago } from '../controls/moment.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { Table } from '../controls/table.tsx';
import { instant } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { NewToken } from './new-token.tsx';
import type { TokenKind, Tokens } from './tokens.ts';
import { words } from './words.ts';

/** Column of one kind of tokens, in addition to the common ones. */
export interface TokenColumn<Token> {
  readonly heading: string;
  readonly isNumber?: boolean;
  readonly cell: (token: Token) => ComponentChildren;
}

export interface TokenWords {
  readonly heading: string;
  readonly hint: string;
  /** Text of an empty list. */
  readonly none: string;
}

export interface TokenCardProps<Kind extends TokenKind> {
  readonly kind: Kind;
  readonly texts: TokenWords;
  /** Consequences of revoking a token, shown in the dialog that asks. */
  readonly consequences: (token: Tokens[Kind]) => readonly string[];
  /** Further columns after the status. */
  readonly columns: readonly TokenColumn<Tokens[Kind]>[];
  /** Mark behind the name of a token. */
  readonly mark?: (token: Tokens[Kind]) => ComponentChildren;
  /** Further actions on a token; `reload` lists all again. */
  readonly actions?: (token: Tokens[Kind], reload: () => void) => ComponentChildren;
  /** Further subjects whose changes change the list. */
  readonly subjects?: readonly Subject[];
}

interface Answer<Kind extends TokenKind> {
  readonly tokens: readonly Tokens[Kind][];
  readonly next: string | null;
}

/** Tokens of one kind, newest first, page by page; operators with the right create and revoke them here. */
export function TokenCard<Kind extends TokenKind>({
  kind,
  texts,
  consequences,
  columns,
  mark,
  actions,
  subjects = [],
}: TokenCardProps<Kind>) {
  const { session, requests } = useDashboard();
  const path = `${kind}-tokens` as const;
  const places = usePlaces<string>();
  const loaded = useLoaded<Answer<Kind>>(`${path}?limit=20${places.query('after')}`, [path, ...subjects]);
  const mayChange = session.may(kind === 'operator' ? 'admin' : 'operator');
  const { columns: common, states, never, ...list } = words.list;
  return (
    <section class="card" aria-labelledby={path}>
      <div class="card-head">
        <div>
          <h2 id={path}>{texts.heading}</h2>
          <p class="muted">{texts.hint}</p>
        </div>
        {mayChange && <NewToken kind={kind} made={() => loaded.reload()} />}
      </div>
      <Loading of={loaded}>
        {({ tokens, next }) =>
          tokens.length === 0 && next === null ? (
            <p class="hint">{texts.none}</p>
          ) : (
            <>
              <Table
                label={texts.heading}
                columns={{
                  name: common.name,
                  state: common.state,
                  ...Object.fromEntries(columns.map(({ heading }) => [heading, heading])),
                  made: common.made,
                  expires: common.expires,
                  actions: mayChange && common.actions,
                }}
                numbers={columns.flatMap(({ heading, isNumber }) => (isNumber ? heading : []))}
              >
                {tokens.map(token => (
                  <tr key={token.id}>
                    <th scope="row">
                      {token.name} <code class="muted">{token.id}</code> {mark?.(token)}
                    </th>
                    <td>
                      <span class={`badge is-${token.state}`}>{states[token.state]}</span>
                    </td>
                    {columns.map(({ heading, isNumber, cell }) => (
                      <td key={heading} class={isNumber ? 'number' : undefined}>
                        {cell(token)}
                      </td>
                    ))}
                    <td>
                      <Ago at={token.createdAt} />
                    </td>
                    <td>{token.expiresAt ? instant(token.expiresAt) : never}</td>
                    {mayChange && (
                      <td>
                        {token.state === 'valid' && (
                          <Action
                            label={list.revoke}
                            title={list.revokeTitle(token.name)}
                            consequences={consequences(token)}
                            confirm={list.revoke}
                            done={list.revokeDone(token.name)}
                            isDanger
                            run={async () => {
                              await requests.send('POST', `${path}/${token.id}/revoke`);
                              loaded.reload();
                            }}
                          />
                        )}
                        {actions?.(token, () => loaded.reload())}
                      </td>
                    )}
                  </tr>
                ))}
              </Table>
              <Pager places={places} next={next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}
