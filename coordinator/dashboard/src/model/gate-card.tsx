import type { GateMessage } from '@murmuration/api/gate';
import { addressOf } from '../context/routes.ts';
import { instant } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { words } from './words.ts';

/** Decision of the task's gate about a version, and its figures. */
export function GateCard({ task, gate }: { readonly task: string; readonly gate: GateMessage }) {
  const { outcome, against, checks, decidedAt, promotedAt, heldBy, rolledBack, reason } = gate;
  const { states } = words.gate;
  return (
    <section class="card" aria-labelledby="gate">
      <h2 id="gate">{words.gate.title}</h2>
      <p>
        <span class={`badge is-${outcome === 'passed' ? 'valid' : 'failed'}`}>{states[outcome]}</span>{' '}
        {words.gate.comparedWith}{' '}
        <a href={addressOf({ page: 'version', task, version: against })}>{terms.version(against)}</a>
      </p>
      <p class="muted">
        {promotedAt === null
          ? words.gate.decided(instant(decidedAt))
          : words.gate.promoted(instant(promotedAt))}
      </p>
      {rolledBack && (
        <p role="note">
          {words.gate.takenBack(instant(rolledBack.at))} {rolledBack.reason}
        </p>
      )}
      {heldBy !== null && promotedAt === null && <p>{words.gate.heldBy(heldBy)}</p>}
      {checks.length === 0 && reason !== null && <p>{reason}</p>}
      {checks.length > 0 && (
        <ul class="rules" aria-label={words.gate.rules}>
          {checks.map(({ passed, text }) => (
            <li key={text}>
              <span class={`badge is-${passed ? 'valid' : 'failed'}`}>
                {passed ? states.passed : states.failed}
              </span>{' '}
              {text}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
