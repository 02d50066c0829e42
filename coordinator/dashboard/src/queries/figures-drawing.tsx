import type { FiguresMessage } from '@murmuration/api/query';
import { Tile } from '../controls/tile.tsx';
import { HistogramDrawing } from './histogram-drawing.tsx';
import { Interval } from './interval.tsx';
import { ArmOutcomes, Outcomes } from './outcomes.tsx';
import { Ranking } from './ranking.tsx';
import { words } from './words.ts';

interface Shown {
  /** Name of the query. */
  readonly query: string;
  readonly figures: FiguresMessage;
}

/** Drawing of a query's result, by its kind. */
export function FiguresDrawing({ query, figures }: Shown) {
  switch (figures.kind) {
    case 'histogram':
      return <HistogramDrawing query={query} figures={figures} />;
    case 'top':
      return <Ranking label={words.ranking(query)} unit={words.perHundred} items={figures.items} />;
    case 'outcomes':
      return <Outcomes query={query} figures={figures} />;
    case 'arm':
      return <ArmOutcomes query={query} figures={figures} />;
    case 'evaluation':
      return <Evaluated figures={figures} />;
    case 'sketch':
      return <p>{words.sketch(figures.buckets)}</p>;
    case 'numbers':
      return <p>{words.numbers(figures.found)}</p>;
    case 'ngram-sketch':
      return <p>{words.ngramSketch(figures.length)}</p>;
    case 'ngrams':
      return <p>{words.ngrams(figures)}</p>;
    case 'heavy-hitters':
      return <Texts query={query} figures={figures} />;
    default:
      return <Single figures={figures} />;
  }
}

/** Texts as bars, with the probability that none is missing. */
function Texts({
  query,
  figures: { texts, unread, chance },
}: Pick<Shown, 'query'> & { readonly figures: Extract<FiguresMessage, { readonly kind: 'heavy-hitters' }> }) {
  const items = texts.map(({ text, share }) => ({ item: text, perDevice: share }));
  return (
    <div>
      {items.length === 0 ? (
        <p>{words.noTexts}</p>
      ) : (
        <Ranking label={words.texts(query)} unit={words.perHundredDevices} items={items} />
      )}
      {unread > 0 && <p class="muted">{words.unread(unread)}</p>}
      <p class="muted">{words.chance(chance)}</p>
    </div>
  );
}

/** Metrics of the newest version on all examples, with their intervals. */
function Evaluated({
  figures: { versions },
}: {
  readonly figures: Extract<FiguresMessage, { readonly kind: 'evaluation' }>;
}) {
  const newest = words.newestOf(versions);
  const [all] = newest?.parts ?? [];
  if (!newest || !all) return null;
  return (
    <div>
      <h3>{words.version(newest)}</h3>
      <div class="tiles">
        {all.metrics.map(({ metric, mean }) => (
          <Tile key={metric} value={words.number(mean.value)}>
            {metric} <span class="muted">({words.range(mean, words.number)})</span>
          </Tile>
        ))}
      </div>
      <p class="muted">{words.evaluated(all)}</p>
      <p class="muted">{words.evaluatedBy}</p>
    </div>
  );
}

type SingleFigures = Extract<FiguresMessage, { readonly kind: 'count' | 'sum' | 'mean' | 'distinct' }>;

/** Single figure with its interval. */
function Single({ figures }: { readonly figures: SingleFigures }) {
  const { value, what } = words.headline(figures);
  const { kind } = figures;
  return (
    <div class="single">
      <p class="headline">{value}</p>
      <p>{what}</p>
      {kind === 'count' && <Interval estimate={figures.share} from={0} to={1} write={words.end} />}
      {kind === 'mean' && figures.deviation > 0 && (
        <Interval
          estimate={figures.mean}
          from={Math.min(figures.mean.low, figures.mean.value - figures.deviation)}
          to={Math.max(figures.mean.high, figures.mean.value + figures.deviation)}
          write={words.number}
        />
      )}
      <p class="muted">{words.interval(figures)}</p>
      {kind === 'mean' && figures.deviation > 0 && <p class="muted">{words.deviation}</p>}
    </div>
  );
}
