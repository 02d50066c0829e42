/** Figures of an evaluation by name, such as `top1` or `loss`. */
export type Metrics = Readonly<Record<string, number>>;
