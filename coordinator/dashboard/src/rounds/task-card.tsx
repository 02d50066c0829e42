import type { LiveRound, TaskOverview } from '@murmuration/api/overview';
import { useNow } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { Facts } from '../controls/facts.tsx';
import { Ago } from '../controls/moment.tsx';
import { clockTime, count, duration, instant } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { CohortDots } from './cohort-dots.tsx';
import { PartTracks } from './part-tracks.tsx';
import { PhaseTrack } from './phase-track.tsx';
import { RoundControl } from './steering.tsx';
import { words } from './words.ts';

/** Current state of a task: its running round, or the next one. */
export function TaskCard({ overview }: { readonly overview: TaskOverview }) {
  const { task, round, isPaused, isMasked, trainsHere, isAsynchronous, waitsFor } = overview;
  return (
    <section class="card task-card" aria-labelledby={`task-${task}`}>
      <header>
        <div>
          <h2 id={`task-${task}`}>{task}</h2>
          <p class="muted">
            {underWayText(round)} {isPaused && <span class="badge is-yours">{words.card.paused}</span>}{' '}
            {waitsFor.what === 'budget' && <span class="badge is-yours">{words.card.spent}</span>}{' '}
            {isAsynchronous && <span class="badge">{words.card.asynchronous}</span>}
            {trainsHere ? (
              <span class="badge">{words.central.badge}</span>
            ) : (
              !isMasked && <span class="badge is-yours">{words.card.unmasked}</span>
            )}
          </p>
        </div>
        <RoundControl overview={overview} />
      </header>
      {round ? <UnderWay round={round} isMasked={isMasked} /> : <Between overview={overview} />}
      {trainsHere && <p class="hint">{words.central.hint}</p>}
      <ComeBack sentAway={overview.sentAway} />
      <Standing overview={overview} />
    </section>
  );
}

function underWayText(round: LiveRound | null): string {
  if (!round) return words.card.between;
  return round.query === null
    ? words.card.underWay(round.number, round.planVersion)
    : words.card.asks(round.number, round.query);
}

function UnderWay({ round, isMasked }: { readonly round: LiveRound; readonly isMasked: boolean }) {
  const now = useNow();
  const { phase, query, deadline, quorum, cohort } = round;
  return (
    <>
      <PhaseTrack round={round} isMasked={isMasked} />
      <p class="phase-text">
        <strong>{words.phase(phase, query)}.</strong> {words.phaseText(phase, query)}
      </p>
      {round.parts && <PartTracks parts={round.parts} query={query} />}
      <CohortDots cohort={cohort} isGathering={phase === 'gathering'} />
      <Facts
        kind="facts"
        of={[
          quorum && [
            words.card.quorum[phase === 'gathering' ? 'devices' : 'messages'],
            <>
              <strong>{count(quorum.accepted)}</strong> {words.card.ofGoal(quorum.goal, quorum.minimum)}
            </>,
          ],
          deadline !== null && [
            words.card.deadline,
            <>
              <strong>{duration(Math.max(0, Date.parse(deadline) - now))}</strong>{' '}
              <time dateTime={deadline} title={instant(deadline)}>
                {words.card.at(clockTime(deadline))}
              </time>
            </>,
          ],
          [words.card.running, <strong>{duration(Math.max(0, now - Date.parse(round.startedAt)))}</strong>],
        ]}
      />
    </>
  );
}

function Between({ overview }: { readonly overview: TaskOverview }) {
  const now = useNow();
  const { isPaused, nextRoundAt, waitsFor } = overview;
  const text = isPaused
    ? words.card.pausedHint
    : waitsFor.what === 'budget'
      ? words.card.spentHint
      : waitsFor.what === 'run'
        ? words.card.runHint
        : waitsFor.what === 'enrolment'
          ? words.card.enrolHint(waitsFor.devices)
          : nextRoundAt === null
            ? words.card.noNext
            : Date.parse(nextRoundAt) <= now
              ? words.card.nextSoon
              : words.card.nextIn(duration(Date.parse(nextRoundAt) - now), clockTime(nextRoundAt));
  return <p class="hint">{text}</p>;
}

/** Countdown until devices that were sent away come back; nothing if none is expected. */
export function ComeBack({ sentAway: { devices, next } }: Pick<TaskOverview, 'sentAway'>) {
  const now = useNow();
  if (next === null) return null;
  const left = Date.parse(next) - now;
  return (
    <p class="hint">
      {words.card.comeBack(devices, left < 1_000 ? null : duration(Math.floor(left / 1_000) * 1_000))}
    </p>
  );
}

function Standing({
  overview: { task, last, champion, newest, waiting, eligible, privacy },
}: {
  readonly overview: TaskOverview;
}) {
  return (
    <Facts
      kind="facts quiet"
      of={[
        [
          words.card.last,
          last ? (
            <>
              <a href={addressOf({ page: 'round', task, round: last.number })}>{terms.round(last.number)}</a>{' '}
              <span class={`badge is-${last.outcome}`}>{terms.outcome(last.outcome, last.query)}</span>{' '}
              <Ago at={last.endedAt} />
              {last.reason && <span class="reason">{last.reason}</span>}
            </>
          ) : (
            words.card.noneYet
          ),
        ],
        [
          words.card.served,
          <>
            <a href={addressOf({ page: 'version', task, version: champion.number })}>
              {terms.version(champion.number)}
            </a>{' '}
            {champion.number === newest.number ? words.card.isNewest : words.card.newestIs(newest.number)}{' '}
            {champion.isPinned && <span class="badge is-both">{terms.pinned}</span>}
          </>,
        ],
        [words.card.devices, words.card.eligible(eligible, waiting)],
        privacy && [
          words.card.privacy,
          <a href={addressOf({ page: 'privacy', task })}>
            {words.card.epsilon(privacy.spent, privacy.epsilon, privacy.steps, privacy.rounds)}
          </a>,
        ],
      ]}
    />
  );
}
