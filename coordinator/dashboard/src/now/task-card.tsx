import type { LiveRound, TaskOverview } from '@murmuration/api/overview';
import { useNow } from '../page/dashboard.ts';
import { clockTime, count, duration, instant } from '../page/format.ts';
import { Ago } from '../page/moment.tsx';
import { addressOf } from '../page/routes.ts';
import { Steering } from '../settings/steering.tsx';
import { strings } from '../strings.ts';
import { CohortDots } from './cohort-dots.tsx';
import { PhaseTrack } from './phase-track.tsx';

/** A task now: its round under way, or the next one. */
export function TaskCard({ overview }: { readonly overview: TaskOverview }) {
  const { task, round, isPaused, isMasked } = overview;
  return (
    <section class="card task-card" aria-labelledby={`task-${task}`}>
      <header>
        <div>
          <h2 id={`task-${task}`}>{task}</h2>
          <p class="muted">
            {round ? strings.now.underWay(round.number, round.planVersion) : strings.now.between}{' '}
            {isPaused && <span class="badge is-yours">{strings.now.paused}</span>}{' '}
            {!isMasked && <span class="badge is-yours">{strings.now.unmasked}</span>}
          </p>
        </div>
        <Steering overview={overview} />
      </header>
      {round ? <UnderWay round={round} isMasked={isMasked} /> : <Between overview={overview} />}
      <Facts overview={overview} />
    </section>
  );
}

function UnderWay({ round, isMasked }: { readonly round: LiveRound; readonly isMasked: boolean }) {
  const now = useNow();
  const { phase, deadline, quorum, cohort } = round;
  return (
    <>
      <PhaseTrack round={round} isMasked={isMasked} />
      <p class="phase-text">
        <strong>{strings.phases[phase]}.</strong> {strings.phaseTexts[phase]}
      </p>
      <CohortDots cohort={cohort} isGathering={phase === 'gathering'} />
      <dl class="facts">
        {quorum && (
          <div>
            <dt>{strings.now.quorum[phase === 'gathering' ? 'devices' : 'messages']}</dt>
            <dd>
              <strong>{count(quorum.accepted)}</strong> {strings.now.ofGoal(quorum.goal, quorum.minimum)}
            </dd>
          </div>
        )}
        {deadline && (
          <div>
            <dt>{strings.now.deadline}</dt>
            <dd>
              <strong>{duration(Math.max(0, Date.parse(deadline) - now))}</strong>{' '}
              <time dateTime={deadline} title={instant(deadline)}>
                {strings.now.at(clockTime(deadline))}
              </time>
            </dd>
          </div>
        )}
        <div>
          <dt>{strings.now.running}</dt>
          <dd>
            <strong>{duration(Math.max(0, now - Date.parse(round.startedAt)))}</strong>
          </dd>
        </div>
      </dl>
    </>
  );
}

function Between({ overview }: { readonly overview: TaskOverview }) {
  const now = useNow();
  const { isPaused, nextRoundAt } = overview;
  const text = isPaused
    ? strings.now.pausedHint
    : nextRoundAt === null
      ? strings.now.noNext
      : Date.parse(nextRoundAt) <= now
        ? strings.now.nextSoon
        : strings.now.nextIn(duration(Date.parse(nextRoundAt) - now), clockTime(nextRoundAt));
  return <p class="hint">{text}</p>;
}

function Facts({
  overview: { task, last, champion, newest, waiting, eligible },
}: {
  readonly overview: TaskOverview;
}) {
  return (
    <dl class="facts quiet">
      <div>
        <dt>{strings.now.last}</dt>
        <dd>
          {last ? (
            <>
              <a href={addressOf({ page: 'round', task, round: last.number })}>
                {strings.round(last.number)}
              </a>{' '}
              <span class={`badge is-${last.outcome}`}>{strings.outcomes[last.outcome]}</span>{' '}
              <Ago at={last.endedAt} />
              {last.reason && <span class="reason">{last.reason}</span>}
            </>
          ) : (
            strings.now.noneYet
          )}
        </dd>
      </div>
      <div>
        <dt>{strings.now.served}</dt>
        <dd>
          <a href={addressOf({ page: 'version', task, version: champion.number })}>
            {strings.version(champion.number)}
          </a>{' '}
          {champion.number === newest.number ? strings.now.isNewest : strings.now.newestIs(newest.number)}{' '}
          {champion.isPinned && <span class="badge is-both">{strings.model.pinned}</span>}
        </dd>
      </div>
      <div>
        <dt>{strings.now.devices}</dt>
        <dd>{strings.now.eligible(eligible, waiting)}</dd>
      </div>
    </dl>
  );
}
