/** Platform name that phones of the simulation report, unlike visitors. */
export const simulated = 'other';
