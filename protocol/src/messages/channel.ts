/**
 * Events of a connection. Each carries one frame (`frame.ts`), whose schema is named beside it; events with
 * an answer are acknowledged by one frame that is either a value or a refusal.
 */
type Answer = (ack: Uint8Array) => void;

export interface DeviceEvents {
  /** `enrol` → `enrolled` */
  enrol(frame: Uint8Array, answer: Answer): void;
  /** `hello` → `welcome` */
  hello(frame: Uint8Array, answer: Answer): void;
  /** `checkIn` → `checkInAnswer` */
  'check-in'(frame: Uint8Array, answer: Answer): void;
  /** `maskingContribution` → null */
  keys(frame: Uint8Array, answer: Answer): void;
  /** `maskingContribution` → null */
  shares(frame: Uint8Array, answer: Answer): void;
  /** `maskingContribution` → null */
  agree(frame: Uint8Array, answer: Answer): void;
  /** `maskingContribution` → null */
  reveal(frame: Uint8Array, answer: Answer): void;
  /** `leave` → null */
  leave(frame: Uint8Array, answer: Answer): void;
  /** `forget` → null */
  forget(frame: Uint8Array, answer: Answer): void;
  /** `predict` → `predicted` */
  predict(frame: Uint8Array, answer: Answer): void;
}

export interface CoordinatorEvents {
  /** `challenge` */
  challenge(frame: Uint8Array): void;
  /** `assignmentMessage` */
  assignment(frame: Uint8Array): void;
  /** `maskingInput`: the participants, for the phase of shares */
  roster(frame: Uint8Array): void;
  /** `maskingInput`: the shares for this device, for the phase of updates */
  bundle(frame: Uint8Array): void;
  /** `maskingInput`: the dealers and the counted updates, for the phase of agreement */
  survivors(frame: Uint8Array): void;
  /** `maskingInput`: the signatures of the neighbours, for the phase of unmasking */
  agreed(frame: Uint8Array): void;
  /** `roundEnd` */
  'round-end'(frame: Uint8Array): void;
  /** `serve` */
  serve(frame: Uint8Array): void;
  /** `comeBack` */
  'come-back'(frame: Uint8Array): void;
}

export type DeviceEvent = keyof DeviceEvents;
export type CoordinatorEvent = keyof CoordinatorEvents;

/** All events of each side, as records so that the compiler finds a missing one. */
const fromDevice: Record<DeviceEvent, true> = {
  enrol: true,
  hello: true,
  'check-in': true,
  keys: true,
  shares: true,
  agree: true,
  reveal: true,
  leave: true,
  forget: true,
  predict: true,
};
const fromCoordinator: Record<CoordinatorEvent, true> = {
  challenge: true,
  assignment: true,
  roster: true,
  bundle: true,
  survivors: true,
  agreed: true,
  'round-end': true,
  serve: true,
  'come-back': true,
};
export const deviceEvents = Object.keys(fromDevice) as readonly DeviceEvent[];
export const coordinatorEvents = Object.keys(fromCoordinator) as readonly CoordinatorEvent[];

/** Path of the socket.io endpoint. */
export const socketPath = '/v1/socket';

/** Header of a masked update: the device's signature of the list of dealers, base64url. */
export const maskedHeader = 'Murmuration-Masked';

/** Path to which a device uploads an update, as `application/octet-stream`. */
export function updatePath(round: string, assignment: string): string {
  return `/v1/rounds/${round}/updates/${assignment}`;
}

/** Path of the `model.json` of a version; its weights are beside it. */
export function modelPath(hash: string): string {
  return `/v1/models/${hash}/model.json`;
}
