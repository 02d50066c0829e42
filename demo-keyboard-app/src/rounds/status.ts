import type { Choice } from '../consent/choice.ts';
import { strings } from '../strings/strings.ts';
import type { ParticipationState } from './participation.ts';

/** State of this device, in one line. */
export function statusOf(
  { part, step, connection }: Pick<ParticipationState, 'part' | 'step' | 'connection'>,
  { consent, paused, missing }: Pick<Choice, 'consent' | 'paused' | 'missing'>,
): string {
  const { rounds } = strings;
  if (part.value && step.value) return `${rounds.now(part.value.number)}: ${rounds.steps[step.value]}`;
  if (!consent.value) return rounds.invitation;
  if (paused.value) return rounds.pausedShort;
  if (missing.value > 0) return rounds.missing(missing.value);
  return connection.value === 'online' ? rounds.inTheDraw : strings.connection[connection.value];
}
