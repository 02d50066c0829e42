import { phrasesQueryName } from '../../task/query-names.ts';
import type { Choice } from '../consent/choice.ts';
import { sizeOf, strings } from '../strings/strings.ts';
import type { Countdown } from './countdown.ts';
import { Flock } from './flock.tsx';
import { askedSteps, type ParticipationState, type RoundPart, stepOf, steps } from './participation.ts';

interface Shown {
  readonly participation: ParticipationState;
  readonly choice: Choice;
  readonly countdown: Countdown;
}

/** Panel with this device's rounds: the current one, step by step, and past ones. */
export function RoundPanel({ participation, choice, countdown }: Shown) {
  const part = participation.part.value;
  const past = participation.past.value;
  const { received, bytes } = participation.versions.value;
  return (
    <section class="panel rounds" aria-labelledby="rounds-heading">
      <h2 id="rounds-heading">{strings.rounds.heading}</h2>
      <Flock step={participation.step.value} />
      {part ? (
        <Steps part={part} />
      ) : (
        <Waiting participation={participation} choice={choice} countdown={countdown} />
      )}
      {past.length > 0 && (
        <>
          <h3 id="past-heading">{strings.rounds.past}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards must reach a list that scrolls. */}
          <ol class="past" tabIndex={0} aria-labelledby="past-heading">
            {past.map(({ number, query, counted }) => (
              <li key={number} class={counted ? 'counted' : 'missed'}>
                {strings.rounds[counted ? (query === null ? 'counted' : 'answered') : 'missed'](number)}
              </li>
            ))}
          </ol>
        </>
      )}
      <p class="muted">{strings.rounds.phones}</p>
      {received > 0 && <p class="muted">{strings.rounds.versions(received, sizeOf(bytes))}</p>}
    </section>
  );
}

function Steps({ part }: { readonly part: RoundPart }) {
  const now = stepOf[part.phase];
  const all = part.query === null ? steps : askedSteps;
  const at = now ? all.indexOf(now) : -1;
  return (
    <div>
      <p class="now" role="status">
        <strong>{strings.rounds.now(part.number)}</strong> {now && strings.rounds.steps[now]}
      </p>
      {part.query !== null && <p class="muted">{questionOf(part.query)}</p>}
      <ol class="steps">
        {all.map((step, i) => (
          <li key={step} class={i < at ? 'done' : ''} aria-current={i === at ? 'step' : undefined}>
            <span class="hidden">
              {strings.rounds.steps[step]}
              {i < at && `, ${strings.rounds.done}`}
            </span>
            {i === at && <progress aria-label={strings.rounds.progress} max={1} value={part.progress} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Description of a round's query. */
function questionOf(query: string): string {
  const { questions } = strings.rounds;
  return query === phrasesQueryName ? questions.phrases : questions.other;
}

function Waiting({ participation, choice, countdown }: Shown) {
  const [line, hint] = reasonOf(participation, choice);
  const seconds = countdown.seconds.value;
  return (
    <div>
      <p class="now" role="status">
        {line}
      </p>
      {seconds !== null && (
        <p class="countdown" role="timer">
          {strings.rounds.soon(seconds)}
        </p>
      )}
      {hint && <p class="muted">{hint}</p>}
      {!choice.consent.value && (
        <button type="button" class="main-button" onClick={() => choice.agree(true)}>
          {strings.consent.agree}
        </button>
      )}
    </div>
  );
}

/** First reason why nothing happens, and a hint. */
function reasonOf(
  { connection }: Shown['participation'],
  { consent, paused, missing }: Shown['choice'],
): [string, string?] {
  const { rounds } = strings;
  if (!consent.value) return [rounds.withoutConsent];
  if (paused.value) return [rounds.paused];
  if (missing.value > 0) return [rounds.notYet(missing.value)];
  if (connection.value === 'online') return [rounds.idle, rounds.idleHint];
  if (connection.value === 'standby') return [rounds.standby];
  return [connection.value === 'connecting' ? rounds.connecting : rounds.offline];
}
