import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface DevicesData {
  /** Path of the task module. */
  readonly path: string;
  /** URL of the coordinator. */
  readonly url: string;
  readonly enrolmentToken: string;
  readonly devices: number;
}

export type DevicesMessage =
  | { readonly type: 'connected'; readonly device: number }
  | { readonly type: 'error'; readonly device: number; readonly code: string; readonly detail: string }
  | { readonly type: 'stopped' };

/** Devices on this machine, in a separate thread. */
export class LocalDevices {
  readonly #worker: Worker;

  /** `heard` gets their messages; `failed` gets the error if their thread ends on its own. */
  constructor(data: DevicesData, heard: (message: DevicesMessage) => void, failed: (error: unknown) => void) {
    this.#worker = new Worker(new URL('./devices-worker.ts', import.meta.url), { workerData: data });
    this.#worker.on('message', heard);
    this.#worker.on('error', failed);
  }

  /** Makes the devices leave their rounds, and ends their thread. */
  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage('stop');
    await ended;
  }
}
