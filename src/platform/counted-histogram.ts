import { Histogram, type Registry } from 'prom-client';

/** How many observations fell into each bucket: one more than there are bounds, the last for what is above them. */
export interface Distribution<Label extends string> {
  labels: Record<Label, string>;
  counts: number[];
  sum: number;
}

/** A histogram that is counted elsewhere, when Prometheus asks, and not observed by this process. */
export class CountedHistogram<Label extends string> extends Histogram<Label> {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #count: () => Promise<Distribution<Label>[]>;
  /** A sum must not fall, or Prometheus would take the whole of it for new. */
  readonly #sums = new Map<string, number>();

  constructor(
    options: { name: string; help: string; labelNames: readonly Label[]; registers: Registry[] },
    bounds: readonly number[],
    count: () => Promise<Distribution<Label>[]>,
  ) {
    super({ ...options, buckets: [...bounds] });
    this.#name = options.name;
    this.#help = options.help;
    this.#bounds = bounds;
    this.#count = count;
  }

  /** What the registry calls for the text that it serves, and what `get` builds upon. */
  async getForPromString() {
    const values = (await this.#count()).flatMap((distribution) => this.#values(distribution));
    return { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values };
  }

  #values({ labels, counts, sum }: Distribution<Label>) {
    const key = JSON.stringify(labels);
    const highest = Math.max(sum, this.#sums.get(key) ?? 0);
    this.#sums.set(key, highest);
    let below = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, i) => {
      below += counts[i] ?? 0;
      return { metricName: `${this.#name}_bucket`, labels: { ...labels, le }, value: below };
    });
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: highest },
      { metricName: `${this.#name}_count`, labels, value: below },
    ];
  }
}
