import { useEffect, useRef } from 'preact/hooks';
import { strings } from '../strings/strings.ts';
import { entropy, histogram, pixelsOf, side } from './picture.ts';
import type { SentMessage } from './traffic.ts';

const bins = 64;

/** Pictures of what the coordinator got, and of what it would have got without masks. */
export function Look({ masked, isDark }: { readonly masked: SentMessage; readonly isDark: boolean }) {
  const { look, asSent, asSentText, unmasked, unmaskedText, picture, histogram: names } = strings.sent;
  return (
    <div class="look">
      <h3>{look}</h3>
      <div class="pair">
        <figure class="masked">
          <Bitmap sample={masked.sample} label={picture.masked} isDark={isDark} />
          <Histogram sample={masked.sample} label={names.masked} />
          <figcaption>
            <strong>{asSent}</strong> {asSentText(entropy(masked.sample).toFixed(1))}
          </figcaption>
        </figure>
        {masked.plain && (
          <figure class="plain">
            <Bitmap sample={masked.plain} label={picture.plain} isDark={isDark} />
            <Histogram sample={masked.plain} label={names.plain} />
            <figcaption>
              <strong>{unmasked}</strong> {unmaskedText}
            </figcaption>
          </figure>
        )}
      </div>
    </div>
  );
}

interface Sampled {
  readonly sample: Uint8Array;
  readonly label: string;
}

function Bitmap({ sample, label, isDark }: Sampled & { readonly isDark: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const ink = isDark ? ([226, 224, 240] as const) : ([34, 36, 52] as const);
    canvas.current?.getContext('2d')?.putImageData(pixelsOf(sample, ink), 0, 0);
  }, [sample, isDark]);
  return <canvas ref={canvas} class="bitmap" width={side} height={side} role="img" aria-label={label} />;
}

function Histogram({ sample, label }: Sampled) {
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${bins} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {histogram(sample, bins).map((share, i) => (
        <rect key={i} x={i} y={20 - 20 * share} width={0.8} height={20 * share} />
      ))}
    </svg>
  );
}
