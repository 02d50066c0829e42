import type { Metric, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Value {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * A metric whose series are found once and then counted in place: prom-client's own check and look up their labels for every value, which
 * costs a request as much as a small model.
 */
abstract class SeriesMetric<Series> {
  readonly name: string;
  readonly help: string;
  readonly aggregator = 'sum';
  abstract readonly type: 'counter' | 'histogram';
  readonly #series: Series[] = [];

  constructor({ name, help }: { readonly name: string; readonly help: string }, registry: Registry) {
    this.name = name;
    this.help = help;
    registry.registerMetric(this as unknown as Metric);
  }

  protected add(series: Series): Series {
    this.#series.push(series);
    return series;
  }

  /** What a registry asks for when somebody reads it. */
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

  /** A series, which is shown from then on. Its labels are no other's. */
  series(labels: Labels): Count {
    return this.add({ labels, value: 0 });
  }

  protected values({ labels, value }: Count): readonly Value[] {
    return [{ metricName: this.name, labels, value }];
  }
}

/** Values of one series, by the bucket that they fall into. */
export class Distribution {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  /** By bound; the last one of those beyond all bounds. */
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

export class SeriesHistogram extends SeriesMetric<Distribution> {
  readonly type = 'histogram';
  readonly #bounds: readonly number[];

  /** `buckets`: their upper bounds, ascending. */
  constructor(
    described: { readonly name: string; readonly help: string; readonly buckets: readonly number[] },
    registry: Registry,
  ) {
    super(described, registry);
    this.#bounds = described.buckets;
  }

  /** A series, which is shown once it has a value. Its labels are no other's. */
  series(labels: Labels): Distribution {
    return this.add(new Distribution(labels, this.#bounds));
  }

  protected values({ labels, bounds, counts, sum }: Distribution): readonly Value[] {
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
