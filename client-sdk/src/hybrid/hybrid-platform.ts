import type { Serving } from '@murmuration/engine/inference/serving';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { DevicePlatform } from '../device/device-platform.ts';
import type { ContentHash } from '../models/content-hash.ts';
import type { Inference } from './inference.ts';

/** Platform interface for serving models. */
export interface HybridPlatform extends Pick<DevicePlatform, 'conditions'> {
  readonly clock: Clock;
  /** Returns the SHA-256 of a large input, in hexadecimal, off the caller's thread; by default on it. */
  readonly contentHash?: ContentHash;
  /** Creates the inference of the platform; if absent, an app that serves a model provides one. */
  readonly inference?: (serving: Serving<never>) => Inference;
}
