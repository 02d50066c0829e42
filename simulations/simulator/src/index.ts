export { seededUniform } from '@murmuration/engine/training/seeded';
export type { SimulationOptions } from './federation/simulate.ts';
export { simulate } from './federation/simulate.ts';
export type {
  GivenSettings,
  MeasuredMetrics,
  RunProgress,
  Scenario,
  SettingsOf,
} from './scenario/define-scenario.ts';
export { defineScenario } from './scenario/define-scenario.ts';
export type { FederatedData } from './scenario/federated-data.ts';
export type { CommonSettings } from './scenario/settings.ts';
