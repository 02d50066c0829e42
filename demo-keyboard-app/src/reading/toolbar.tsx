import type { Choice } from '../consent/choice.ts';
import { PenIcon, StopIcon } from '../design/icons.tsx';
import type { ParticipationState } from '../rounds/participation.ts';
import { statusOf } from '../rounds/status.ts';
import { strings } from '../strings/strings.ts';
import type { Reader } from './reader.ts';
import { source } from './sentences.ts';

interface Shown {
  readonly reader: Reader;
  readonly participation: ParticipationState;
  readonly choice: Choice;
}

/** Button that writes automatically, with the source of its lines or the state of the round. */
export function Toolbar({ reader, participation, choice }: Shown) {
  const isReading = reader.isReading.value;
  return (
    <div class="toolbar">
      <button type="button" class="quiet-button" onClick={() => (isReading ? reader.stop() : reader.start())}>
        {isReading ? <StopIcon /> : <PenIcon />}
        {isReading ? strings.reading.stop : strings.reading.start}
      </button>
      {isReading ? (
        <a href={source.url} rel="noreferrer">
          {strings.reading.credit(source.author, source.title, source.year)}
        </a>
      ) : (
        <a href="#rounds-heading">{statusOf(participation, choice)}</a>
      )}
    </div>
  );
}
