import type { LiveRound } from '@murmuration/api/overview';
import type { TaskQueryMessage } from '@murmuration/api/query';
import { useDashboard, useNow } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { Action } from '../controls/action.tsx';
import { Facts } from '../controls/facts.tsx';
import { terms } from '../format/terms.ts';
import { nextOf, useOverview } from './standing.ts';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly query: TaskQueryMessage;
  /** Called when an operator asked devices. */
  readonly changed: () => void;
}

/** State of a query: asked now, or when; with a button for operators. */
export function AskingCard({ task, query, changed }: Shown) {
  const { session, requests } = useDashboard();
  const overview = useOverview(task);
  const round = overview?.round ?? null;
  const eligible = overview?.eligible ?? 0;
  const now = useNow();
  const next = nextOf(query, round, now);
  const mayAsk = session.may('operator');
  const { name, threshold, period, every, isWanted, further, share } = query;
  const { facts } = words.asking;
  const ask = async () => {
    await requests.send('POST', `tasks/${task}/queries/${name}/run`, {});
    changed();
  };
  return (
    <section class="card" aria-labelledby="asking">
      <div class="card-head">
        <h2 id="asking">{words.asking.heading}</h2>
        <Action
          {...words.asking.ask(query, round?.number ?? null, eligible)}
          isMain
          isDisabled={!mayAsk || isWanted || next.is === 'asked' || next.is === 'spent'}
          run={ask}
        />
      </div>
      <p class="verdict">{words.asking.verdict(next, round?.number ?? null, now)}</p>
      {next.is === 'asked' && round && <UnderWay task={task} round={round} />}
      {next.is === 'soon' && round && <p class="muted">{words.asking.after(round.number)}</p>}
      {further && next.is !== 'asked' && <p class="muted">{words.asking.further(further, now)}</p>}
      {!mayAsk && <p class="muted">{words.asking.readOnly}</p>}
      <Facts
        kind="facts quiet"
        of={[
          [facts.ready, words.asking.ready(eligible, share)],
          [facts.threshold, words.threshold(threshold)],
          [facts.period, words.period(period)],
          [facts.every, words.asking.every(every)],
        ]}
      />
    </section>
  );
}

/** Progress of the round that asks a query. */
function UnderWay({ task, round }: { readonly task: string; readonly round: LiveRound }) {
  const { number, phase, quorum } = round;
  return (
    <p class="muted">
      {terms.phases[phase]}
      {quorum && `: ${words.asking.quorum(phase === 'gathering', quorum)}`}.{' '}
      <a href={addressOf({ page: 'round', task, round: number })}>{words.asking.watch}</a>
    </p>
  );
}
