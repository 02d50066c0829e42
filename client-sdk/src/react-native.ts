// Must come first: the modules below may need it while they load.
import './react-native/built-ins.ts';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { PlatformClient } from './client/client.ts';
import type { ClientOptions, ExamplesByTask } from './client/options.ts';
import { type BackgroundResult, takePartFor } from './react-native/background.ts';
import { type Phone, phonePlatform, type Wakes } from './react-native/platform.ts';
import { type BackgroundOptions, Wake } from './react-native/wake.ts';

export * from './common.ts';
export type { BackgroundResult } from './react-native/background.ts';
export {
  appState,
  deviceInfo,
  expoBattery,
  type NetInfoStateLike,
  netInfo,
  type PhoneConditions,
} from './react-native/conditions.ts';
export type { Phone } from './react-native/platform.ts';
export type { GetRandomValues } from './react-native/requirements.ts';
export type { BackgroundOptions } from './react-native/wake.ts';
export { type AsyncStorageLike, asyncStorage } from './storage/async-storage.ts';
export { type MmkvLike, mmkvStorage } from './storage/mmkv.ts';
export { firstTrainer, type NamedTrainer } from './training/first-trainer.ts';

/** Most ms of a wake. */
const longestWake = 86_400_000;

/** Client for an app on React Native; a task's `trainer` is an object. */
export class FederatedClient<
  Examples extends ExamplesByTask = ExamplesByTask,
> extends PlatformClient<Examples> {
  readonly #platform: ReturnType<typeof phonePlatform>;
  readonly #wakes: Wakes;
  #background: Promise<BackgroundResult> | undefined;

  /**
   * Throws as every client does, and `options.invalid`, which says what to install, for what the app lacks.
   */
  constructor(options: ClientOptions<Examples>, phone: Phone) {
    const wakes: Wakes = { current: undefined };
    const platform = phonePlatform(phone, wakes);
    super(options, platform);
    this.#platform = platform;
    this.#wakes = wakes;
  }

  /**
   * Takes part over plain HTTP in a background task of the app, until nothing is left to do, and ends before
   * `deadlineMs`. It checks in, and downloads the version to serve. It trains only where `processing` says
   * that the system has granted time for it, and in a masked round only if the time left covers all of the
   * round's deadlines. A call during another one gets the same result. A client that was started goes on
   * afterwards. Throws `options.invalid` for an invalid deadline.
   */
  runInBackground(options: BackgroundOptions): Promise<BackgroundResult> {
    this.#background ??= this.#run(options).finally(() => {
      this.#background = undefined;
    });
    return this.#background;
  }

  async #run(options: BackgroundOptions): Promise<BackgroundResult> {
    const { deadlineMs } = options;
    if (!(deadlineMs >= 1_000 && deadlineMs <= longestWake))
      throw new MurmurationError(
        'options.invalid',
        `options.deadlineMs has to be ms from 1000 to ${longestWake}, not ${deadlineMs}.`,
      );
    const { clock } = this.#platform;
    const wasOn = this.state.state !== 'off';
    if (wasOn) await this.stop();
    const wake = new Wake(clock, options);
    this.#wakes.current = wake;
    try {
      return await takePartFor(this, clock, options, wake);
    } finally {
      this.#wakes.current = undefined;
      if (wasOn) await this.start();
    }
  }
}
