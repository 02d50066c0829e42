import type { Serving } from '@murmuration/engine/inference/serving';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { DevicePlatform } from '../device/device-platform.ts';
import type { ContentHash } from '../models/content-hash.ts';
import type { Inference } from './inference.ts';

/** What serving a model needs of the platform that it runs on. */
export interface HybridPlatform extends Pick<DevicePlatform, 'conditions'> {
  readonly clock: Clock;
  /** SHA-256 of a large input, in hexadecimal, off the caller's thread; by default it is computed there. */
  readonly contentHash?: ContentHash;
  /** Puts models to use; where the platform has no way of its own, an app that serves a model brings one. */
  readonly inference?: (serving: Serving<never>) => Inference;
}
