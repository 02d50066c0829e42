import { strings } from '../strings/strings.ts';
import { birds, placeOf, skyHigh, skyWide } from './flock-layout.ts';
import type { RoundStep } from './participation.ts';

const all = Array.from({ length: birds }, (_, bird) => bird);

/** Flock that gathers while a round runs; this device is the bright point. */
export function Flock({ step }: { readonly step: RoundStep | null }) {
  return (
    <svg
      class={`flock ${step ?? 'idle'}`}
      viewBox={`0 0 ${skyWide} ${skyHigh}`}
      role="img"
      aria-label={strings.rounds.flock}
    >
      {all.map(bird => {
        const { x, y } = placeOf(bird, step);
        return (
          <circle
            key={bird}
            class={bird === 0 ? 'own' : ''}
            r={bird === 0 ? 4 : 2.4}
            style={{ transform: `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)` }}
          />
        );
      })}
    </svg>
  );
}
