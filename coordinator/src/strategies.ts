export * from './strategy/coordinate-wise.ts';
export * from './strategy/fed-adam.ts';
export * from './strategy/fed-avg.ts';
export * from './strategy/fed-avg-m.ts';
export * from './strategy/median.ts';
export * from './strategy/strategy.ts';
export * from './strategy/trimmed-mean.ts';
