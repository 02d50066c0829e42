/** One row of the error table. */
export interface ErrorEntry {
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** One sentence for a person: what was wrong and, where it helps, what to do. */
  readonly text: string;
}

/**
 * Every error that crosses a wire or reaches an app, by code. Codes are `where.what`, never reused, and listed in
 * `protocol/ERRORS.md`, which a test holds to this table.
 */
export const errors = {
  'request.invalid': { retryable: false, text: 'The request does not fit its schema.' },
  'request.too-large': { retryable: false, text: 'The request is larger than its limit.' },
  'request.not-found': { retryable: false, text: 'There is nothing at this address.' },
  'request.unsupported': {
    retryable: false,
    text: 'This route does not accept that content type.',
  },
  'request.range': { retryable: false, text: 'The file has no bytes in this range.' },
  'request.too-often': {
    retryable: true,
    text: 'Too many requests in a short time; try again after the time that the answer names.',
  },
  'request.too-many': {
    retryable: true,
    text: 'Too many requests of this connection wait for their answers.',
  },
  'request.too-slow': { retryable: true, text: 'The request did not arrive in time.' },
  'server.internal': {
    retryable: true,
    text: 'The coordinator failed; its log has the reason.',
  },
  'server.stopping': {
    retryable: true,
    text: 'The coordinator is stopping; try again in a moment.',
  },
  'server.busy': {
    retryable: true,
    text: 'The coordinator has reached its limit of connections; try again in a moment.',
  },
  'server.no-answer': { retryable: true, text: 'The coordinator did not answer in time.' },
  'server.unreachable': { retryable: true, text: 'The coordinator cannot be reached.' },
  'protocol.version': {
    retryable: false,
    text: 'The peers speak different protocol versions; update the older one.',
  },
  'protocol.frame': {
    retryable: false,
    text: 'The frame is not one valid MessagePack value within the limits.',
  },
  'protocol.packet': {
    retryable: false,
    text: 'The connection sent bytes that the protocol does not allow, and was closed.',
  },
  'protocol.id': { retryable: false, text: 'The identifier is not well formed.' },
  'crypto.low-order': {
    retryable: false,
    text: 'The public key has low order, so anybody could compute the shared secret.',
  },
  'device.unknown': { retryable: false, text: 'The device is not enrolled; enrol it first.' },
  'device.enrolment-refused': { retryable: false, text: 'The enrolment token is not valid.' },
  'device.enrolment-used-up': {
    retryable: false,
    text: 'The enrolment token is used up: as many devices have enrolled with it as it allows. Ask for a new one.',
  },
  'device.key': {
    retryable: false,
    text: 'The identity key is weak: others could sign for it. Make a new one from 32 random bytes.',
  },
  'device.signature': {
    retryable: false,
    text: 'The signature does not prove the identity of the device.',
  },
  'device.enrolment-unavailable': {
    retryable: true,
    text: 'The coordinator cannot check the enrolment now; try again later.',
  },
  'device.challenge-expired': {
    retryable: false,
    text: 'The challenge has expired or was used already; sign the newest one.',
  },
  'device.revoked': {
    retryable: false,
    text: 'An operator has revoked this device; it can no longer take part.',
  },
  'device.not-identified': {
    retryable: false,
    text: 'The connection has not sent a hello yet.',
  },
  'device.replaced': {
    retryable: false,
    text: 'The device opened a newer connection, which replaced this one.',
  },
  'device.unread': {
    retryable: true,
    text: 'The device did not read what it was sent, so its connection was closed.',
  },
  'device.insecure': {
    retryable: false,
    text: 'The page has no Web Locks, which ensure that only one tab takes part. Serve it over https or from localhost.',
  },
  'device.cleartext': {
    retryable: false,
    text: 'The connection to a coordinator on another host is not encrypted. Use https, or let the app allow it.',
  },
  'operator.unauthenticated': {
    retryable: false,
    text: 'The operator token is missing, unknown, expired or revoked.',
  },
  'operator.forbidden': {
    retryable: false,
    text: 'The role of this operator token does not allow this.',
  },
  'operator.cross-site': {
    retryable: false,
    text: "Cross-site request refused: changes made with a session cookie must come from this coordinator's own pages.",
  },
  'task.unknown': { retryable: false, text: 'There is no such task.' },
  'task.exists': { retryable: false, text: 'There is already a task of this name.' },
  'task.module': {
    retryable: false,
    text: "This task module can't be added; the detail says why.",
  },
  'task.settings': {
    retryable: false,
    text: 'The task settings are not valid; the answer names each wrong field.',
  },
  'task.changed': {
    retryable: false,
    text: 'Somebody else has changed the task settings in the meantime; reload them and try again.',
  },
  'round.unknown': { retryable: false, text: 'There is no such round.' },
  'round.closed': { retryable: false, text: 'The round no longer takes this message.' },
  'round.under-way': { retryable: false, text: 'A round of this task is already under way.' },
  'round.begun': {
    retryable: false,
    text: 'An earlier client began this round and had not masked its update yet. The device leaves the round, so that nothing is masked twice.',
  },
  'round.repeated': {
    retryable: false,
    text: 'The device has already sent a different message in this phase.',
  },
  'plan.below-floor': {
    retryable: false,
    text: 'The plan protects less than this app requires, so the device does not take part.',
  },
  'options.invalid': {
    retryable: false,
    text: 'An option of the client is not valid; the detail names it and says what is expected.',
  },
  'plan.private-layers': {
    retryable: false,
    text: 'The private layers of the plan do not fit the model.',
  },
  'privacy.spent': {
    retryable: false,
    text: 'The privacy budget of the task is spent; no round begins until the definition of the task allows more.',
  },
  'privacy.too-few-devices': {
    retryable: true,
    text: 'Fewer devices are enrolled than the privacy budget of the task needs.',
  },
  'assignment.unknown': { retryable: false, text: 'There is no such assignment in this round.' },
  'assignment.token': {
    retryable: false,
    text: 'The upload token does not belong to this assignment.',
  },
  'assignment.left': { retryable: false, text: 'The device has left this round.' },
  'update.repeated': {
    retryable: false,
    text: 'A different update of this assignment has already been counted.',
  },
  'update.too-many': {
    retryable: true,
    text: 'Too many uploads are under way; try again in a moment.',
  },
  'update.malformed': {
    retryable: false,
    text: 'The update is not in the format of the weight codec.',
  },
  'update.wrong-kind': {
    retryable: false,
    text: 'The update is not of the kind that its plan asks for.',
  },
  'update.wrong-layout': {
    retryable: false,
    text: 'The update does not fit the model of its round.',
  },
  'update.wrong-length': {
    retryable: false,
    text: 'The update has too few or too many bytes for its count of values.',
  },
  'update.not-finite': {
    retryable: false,
    text: 'The update holds a value that is not a finite number.',
  },
  'update.weight': {
    retryable: false,
    text: 'The weight of the update is outside the range of its plan.',
  },
  'update.norm': {
    retryable: false,
    text: 'The norm of the update exceeds the clipping norm of its plan.',
  },
  'update.impossible': {
    retryable: false,
    text: 'The sum of the updates is outside the range that its contributors can reach.',
  },
  'update.unsigned': {
    retryable: false,
    text: "A masked update must carry its device's signature of who dealt; it is missing or wrong.",
  },
  'secagg.parameters': {
    retryable: false,
    text: 'No masking graph withstands these assumptions.',
  },
  'secagg.keys': {
    retryable: false,
    text: 'The keys of a device are not what its signature, its round and its peers allow.',
  },
  'secagg.roster': {
    retryable: false,
    text: 'The roster does not give the device the neighbours that the signed keys call for.',
  },
  'secagg.share': {
    retryable: false,
    text: 'The shares are malformed, or not what their dealer signed.',
  },
  'secagg.statement': {
    retryable: false,
    text: 'The survivors statement is malformed, or the second one of its round.',
  },
  'secagg.agreement': {
    retryable: false,
    text: 'The agreement to the survivors statement is malformed, or not signed by whom it should be.',
  },
  'secagg.too-few': {
    retryable: false,
    text: 'Too few devices remain in the round to recover its masks, or to hide one update among them.',
  },
  'secagg.dealer': {
    retryable: false,
    text: 'A device dealt shares of another secret than it signed; the masks of the round cannot be taken off.',
  },
  'secagg.erased': {
    retryable: false,
    text: 'The secrets of the round were deleted.',
  },
  'model.missing': { retryable: false, text: 'There is no such model version.' },
  'model.corrupt': { retryable: false, text: 'The stored model does not match its hash.' },
  'model.unreadable': {
    retryable: true,
    text: 'The model version that rounds train from cannot be read. An operator has to restore it or roll back to an older one.',
  },
  'model.unusable': { retryable: false, text: 'The model cannot be loaded on this device.' },
  'export.unsupported': {
    retryable: false,
    text: 'The model has a layer that this format does not know.',
  },
  'storage.failed': {
    retryable: true,
    text: 'The storage could not be read or written; try again in a moment.',
  },
  'storage.full': {
    retryable: true,
    text: 'The disk of the storage is full; nothing can be stored until there is room.',
  },
  'storage.locked': {
    retryable: true,
    text: 'Another program holds the lock of the database; try again in a moment.',
  },
  'storage.read-only': { retryable: true, text: 'The storage folder cannot be written to.' },
  'storage.corrupt': {
    retryable: false,
    text: 'The storage is damaged; restore a backup.',
  },
  'storage.incomplete': {
    retryable: false,
    text: 'The database of the storage folder is gone; restore a backup, or choose an empty folder.',
  },
  'storage.in-use': { retryable: false, text: 'Another coordinator uses this storage folder.' },
  'storage.newer': {
    retryable: false,
    text: 'The storage folder was written by a newer version of Murmuration.',
  },
  'config.invalid': { retryable: false, text: 'The configuration is not valid.' },
  'config.ring': {
    retryable: false,
    text: 'A sum of updates with these settings would not fit the ring.',
  },
  'data.malformed': {
    retryable: false,
    text: 'The file of examples is not in the format that its reader expects.',
  },
  'data.row': {
    retryable: false,
    text: 'A row of the examples cannot be used; fix the row, or change what its columns may hold.',
  },
  'data.column': {
    retryable: false,
    text: 'The examples lack a column that the scenario needs.',
  },
  'data.too-large': {
    retryable: false,
    text: 'The examples exceed the limit of their reader; raise the limit, or use fewer examples.',
  },
  'prediction.not-offered': {
    retryable: false,
    text: 'The coordinator does not predict for devices in this task, or the app does not allow asking it.',
  },
  'prediction.too-many': {
    retryable: true,
    text: 'Too many predictions are waiting; try again in a moment.',
  },
  'prediction.timeout': {
    retryable: true,
    text: 'The coordinator did not finish the prediction in time.',
  },
  'inference.input': {
    retryable: false,
    text: 'The inference request does not fit the model.',
  },
  'inference.unsupported': {
    retryable: false,
    text: 'The inference server does not support this.',
  },
  'inference.unavailable': {
    retryable: true,
    text: 'The model cannot be used now.',
  },
  'inference.answer': {
    retryable: false,
    text: 'The answer does not follow the protocol.',
  },
  'inference.unauthenticated': {
    retryable: false,
    text: 'The inference token is missing, unknown or expired.',
  },
  'inference.forbidden': {
    retryable: false,
    text: 'This inference token does not allow this.',
  },
  'feedback.conflict': {
    retryable: false,
    text: 'Another outcome of this prediction is known already.',
  },
  'evaluation.timeout': {
    retryable: false,
    text: 'The evaluation of a new version missed its deadline.',
  },
  'hybrid.no-model': {
    retryable: true,
    text: 'There is no model on this device yet; it arrives with the first round, or with the app.',
  },
  'hybrid.not-served': {
    retryable: false,
    text: 'The app serves no model of this task; give the task the option "hybrid".',
  },
  'hybrid.input': { retryable: false, text: 'The task does not accept this input.' },
  'hybrid.damaged': {
    retryable: false,
    text: 'The personal model in the storage of this device is damaged; it will be trained again from the examples.',
  },
  'engine.no-backend': {
    retryable: false,
    text: 'No fast TensorFlow.js backend starts on this device.',
  },
  'training.failed': { retryable: false, text: 'Training on this device failed.' },
  'training.no-examples': { retryable: false, text: 'The device has no examples to train on.' },
  'training.no-memory': {
    retryable: false,
    text: 'The device does not have enough memory for this training.',
  },
  'training.unsupported': {
    retryable: false,
    text: 'The objective of the app does not support the training that the plan asks for.',
  },
  'training.stopped': { retryable: true, text: 'Training was stopped before it finished.' },
  'report.malformed': {
    retryable: false,
    text: 'The file does not hold the events of a run; choose the events.jsonl that a simulation wrote.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

/** Whether `code` is one of the table. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errors, code);
}

/** What was thrown, as a text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** An error with a code of the table; `detail` says what was wrong this time, without secrets. */
export class MurmurationError extends Error {
  override readonly name = 'MurmurationError';
  readonly code: ErrorCode;
  readonly detail: string;
  /** ms after which another try may help, where that is known. */
  readonly after: number | undefined;
  /** Id of the round that it concerns, noted by whoever knows it on the way up. */
  round: string | undefined;

  constructor(
    code: ErrorCode,
    detail: string = errors[code].text,
    { after, ...options }: ErrorOptions & { readonly after?: number | undefined } = {},
  ) {
    super(`${detail} [${code}]`, options);
    this.code = code;
    this.detail = detail;
    this.after = after;
  }

  get retryable(): boolean {
    return errors[this.code].retryable;
  }
}
