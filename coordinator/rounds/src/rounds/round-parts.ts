import type { Registry } from '../registry/registry.ts';
import type { Inquiries } from './inquiries.ts';
import type { TaskRoundsPorts } from './ports.ts';
import type { RoundMaker } from './round-maker.ts';
import type { RoundSettings } from './round-settings.ts';
import type { RoundTimes } from './round-times.ts';
import type { Succession } from './succession.ts';

/** Objects that all rounds of a task share. */
export interface RoundParts {
  readonly registry: Registry;
  readonly inquiries: Inquiries;
  readonly settings: RoundSettings;
  readonly maker: RoundMaker;
  readonly times: RoundTimes;
  readonly succession: Succession;
  readonly ports: TaskRoundsPorts;
}
