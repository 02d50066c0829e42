import { PenIcon, StopIcon } from '../page/icons.tsx';
import type { PageState } from '../page/state.ts';
import { statusOf } from '../rounds/status.ts';
import { strings } from '../strings.ts';
import { source } from './sentences.ts';

type Shown = Pick<PageState, 'reader' | 'participation' | 'choice'>;

/** Writes for whoever does not want to, and says beside it whose lines these are, or where the round stands. */
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
