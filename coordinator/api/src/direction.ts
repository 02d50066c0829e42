const lower = /loss|nll|mae|mse|rmse|entropy|perplexity|error|latency|false/i;

/** Direction in which a metric is better, by its name. */
export const betterOf = (metric: string): 'higher' | 'lower' => (lower.test(metric) ? 'lower' : 'higher');
