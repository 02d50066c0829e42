import type { Metric, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Value {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * Metric whose series are looked up once and then counted in place: prom-client checks and looks up labels
 * for every value, which costs a request as much as a small model.
 */
abstract class SeriesMetric<Series> {
  readonly name: string;
  readonly help: string;
  readonly aggregator = 'sum';
  abstract readonly type: 'counter' | 'histogram';
  readonly #series: Series[] = [];

  constructor(registry: Registry, name: string, help: string) {
    this.name = name;
    this.help = help;
    registry.registerMetric(this as unknown as Metric);
  }

  protected add(series: Series): Series {
    this.#series.push(series);
    return series;
  }

  /** Returns the values in the form that a prom-client registry expects. */
  async get() {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: this.#series.flatMap(each => this.values(each)) };
  }

  protected abstract values(series: Series): readonly Value[];
}

export interface Count {
  readonly labels: Labels;
  value: number;
}

export class SeriesCounter extends SeriesMetric<Count> {
  readonly type = 'counter';

  /** Adds a series, which is exported from then on. Its labels must be unique. */
  series(labels: Labels): Count {
    return this.add({ labels, value: 0 });
  }

  protected values({ labels, value }: Count): readonly Value[] {
    return [{ metricName: this.name, labels, value }];
  }
}

/** Counts of one series, by bucket. */
export class BucketCounts {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  /** Counts by bound; the last one is for values beyond all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.bounds = bounds;
    this.counts = Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at++;
    counts[at]! += 1;
    this.sum += value;
  }
}

export class SeriesHistogram extends SeriesMetric<BucketCounts> {
  readonly type = 'histogram';
  readonly #bounds: readonly number[];

  /** Makes a histogram; `buckets` are their upper bounds, ascending. */
  constructor(registry: Registry, name: string, help: string, buckets: readonly number[]) {
    super(registry, name, help);
    this.#bounds = buckets;
  }

  /** Adds a series, which is exported once it has a value. Its labels must be unique. */
  series(labels: Labels): BucketCounts {
    return this.add(new BucketCounts(labels, this.#bounds));
  }

  protected values({ labels, bounds, counts, sum }: BucketCounts): readonly Value[] {
    let count = 0;
    const buckets = counts.map((own, at): Value => {
      count += own;
      return {
        metricName: `${this.name}_bucket`,
        labels: { le: bounds[at] ?? '+Inf', ...labels },
        value: count,
      };
    });
    if (count === 0) return [];
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
