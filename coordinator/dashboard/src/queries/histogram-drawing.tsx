import { figure } from '../format/format.ts';
import { type Bin, edgesOf, type Histogram, linesOf, occupied, placeOf, roundUp } from './histogram.ts';
import { words } from './words.ts';

interface Shown {
  readonly query: string;
  readonly figures: Histogram;
}

/** Most edges labelled below the bars, so that they fit on a phone. */
const mostEdges = 5;

/** Most bars whose intervals are drawn as lines; with more, lines would hide the bars. */
const mostWhiskers = 24;

/** Share of the width that a quantile's label takes. */
const labelWidth = 0.16;

/** Number of values in each bin, with intervals, and the quantiles. */
export function HistogramDrawing({ query, figures: { bins, quantiles } }: Shown) {
  const drawn = occupied(bins);
  if (drawn.length === 0) return <p class="hint">{words.noValues}</p>;
  const top = roundUp(Math.max(...drawn.map(({ perDevice }) => perDevice.high)));
  return (
    <figure class="histogram" aria-label={words.histogram(query)}>
      <figcaption class="muted">
        {words.perHundred}. {drawn.length > mostWhiskers ? words.bands : words.whiskers}
      </figcaption>
      <div class="frame">
        <Marks quantiles={quantiles} bins={drawn} />
        <div class="levels" aria-hidden="true">
          {[top, top / 2, 0].map(level => (
            <span key={level}>{words.ofHundred(level)}</span>
          ))}
        </div>
        <Bars bins={drawn} top={top} />
        <div class="edges" aria-hidden="true">
          {edgesOf(drawn, mostEdges).map(({ place, value }) => (
            <span key={place} style={{ insetInlineStart: `${100 * place}%` }}>
              {figure(value)}
            </span>
          ))}
        </div>
      </div>
      <h3>{words.quantiles}</h3>
      <dl class="quantiles">
        {quantiles.map(({ quantile, value, low, high }) => (
          <div key={quantile}>
            <dt>{words.quantileText(quantile)}</dt>
            <dd>
              <strong>{value === null ? words.beyond : figure(value)}</strong>{' '}
              <span class="muted">{words.between(low, high)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </figure>
  );
}

/** Positions of the quantiles, with names above the bars. */
function Marks({ quantiles, bins }: Pick<Histogram, 'quantiles'> & { readonly bins: readonly Bin[] }) {
  const marks = quantiles
    .map(({ quantile, value }) => ({ quantile, place: value === null ? null : placeOf(value, bins) }))
    .filter((mark): mark is { quantile: number; place: number } => mark.place !== null)
    .sort((a, b) => a.place - b.place);
  const lines = linesOf(
    marks.map(({ place }) => place),
    labelWidth,
  );
  return (
    <div class="marks" style={{ '--lines': Math.max(0, ...lines) + 1 }} aria-hidden="true">
      {marks.map(({ quantile, place }, i) => (
        <span
          key={quantile}
          class="mark"
          style={{ insetInlineStart: `${100 * place}%`, '--line': lines[i]! }}
        >
          <span>{words.quantile(quantile)}</span>
        </span>
      ))}
    </div>
  );
}

/** Bars one unit wide, on a scale from 0 to `top`. */
function Bars({ bins, top }: { readonly bins: readonly Bin[]; readonly top: number }) {
  const y = (value: number) => 100 - (100 * value) / top;
  const gap = bins.length > 40 ? 0.06 : 0.12;
  const isBand = bins.length > mostWhiskers;
  return (
    <svg viewBox={`0 0 ${bins.length} 100`} preserveAspectRatio="none" aria-hidden="true">
      {[0, 50].map(level => (
        <line key={level} class="level" x1="0" y1={level} x2={bins.length} y2={level} />
      ))}
      {bins.map(({ from, to, perDevice }, i) => {
        const { value, low, high } = perDevice;
        const bar = (top: number) => ({
          x: i + gap / 2,
          y: y(top),
          width: 1 - gap,
          height: 100 - y(top),
        });
        return (
          <g key={i} class={from === null || to === null ? 'open' : ''}>
            <title>{words.bar(words.bin({ from, to }), perDevice)}</title>
            {isBand && <rect class="likely" {...bar(high)} />}
            <rect class={isBand ? 'value' : ''} {...bar(value)} />
            {isBand && <rect {...bar(low)} />}
            {!isBand && <line x1={i + 0.5} y1={y(low)} x2={i + 0.5} y2={y(high)} />}
          </g>
        );
      })}
      <line class="ground" x1="0" y1="100" x2={bins.length} y2="100" />
    </svg>
  );
}
