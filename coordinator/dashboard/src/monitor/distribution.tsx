import type { MonitoredFeature } from '@murmuration/api/monitor';
import { words } from './words.ts';

const width = 180;
const height = 44;

/** Shares of a feature's values, the reference behind the window. */
export function Distribution({ name, distribution }: Pick<MonitoredFeature, 'name' | 'distribution'>) {
  if (!distribution) return <span class="muted">–</span>;
  const { labels, reference, current, others } = distribution;
  const bars = labels.map((label, at) => ({ label, before: reference[at] ?? 0, after: current[at] ?? 0 }));
  if (others.reference + others.current > 0)
    bars.push({ label: words.others, before: others.reference, after: others.current });
  const most = Math.max(...bars.flatMap(({ before, after }) => [before, after]), Number.MIN_VALUE);
  const step = width / Math.max(1, bars.length);
  const tall = (share: number) => (share / most) * height;
  return (
    <svg class="distribution" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words.drawn(name)}>
      {bars.map(({ label, before, after }, at) => (
        <g key={label}>
          <title>{words.bar(label, before, after)}</title>
          <rect
            class="before"
            x={at * step}
            y={height - tall(before)}
            width={step * 0.9}
            height={tall(before)}
          />
          <rect
            class="after"
            x={at * step + step * 0.25}
            y={height - tall(after)}
            width={step * 0.4}
            height={tall(after)}
          />
        </g>
      ))}
      <line x1="0" y1={height - 0.5} x2={width} y2={height - 0.5} />
    </svg>
  );
}
