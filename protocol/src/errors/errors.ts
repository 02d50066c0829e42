/** One row of the error table. */
export interface ErrorEntry {
  /** HTTP status with which a route answers; sockets carry the code alone. */
  readonly status: number;
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
  'request.invalid': { status: 400, retryable: false, text: 'The request does not fit its schema.' },
  'request.too-large': { status: 413, retryable: false, text: 'The request is larger than its limit.' },
  'request.not-found': { status: 404, retryable: false, text: 'There is nothing at this address.' },
  'request.unsupported': {
    status: 415,
    retryable: false,
    text: 'This route does not accept that content type.',
  },
  'request.range': { status: 416, retryable: false, text: 'The file has no bytes in this range.' },
  'request.too-often': {
    status: 429,
    retryable: true,
    text: 'Too many requests in a short time; try again after the time that the answer names.',
  },
  'request.too-many': {
    status: 429,
    retryable: true,
    text: 'Too many requests of this connection wait for their answers.',
  },
  'request.too-slow': { status: 408, retryable: true, text: 'The request did not arrive in time.' },
  'server.internal': {
    status: 500,
    retryable: true,
    text: 'The coordinator failed; its log has the reason.',
  },
  'server.stopping': {
    status: 503,
    retryable: true,
    text: 'The coordinator is stopping; try again in a moment.',
  },
  'server.busy': {
    status: 503,
    retryable: true,
    text: 'The coordinator has reached its limit of connections; try again in a moment.',
  },
  'server.no-answer': { status: 504, retryable: true, text: 'The coordinator did not answer in time.' },
  'server.unreachable': { status: 503, retryable: true, text: 'The coordinator cannot be reached.' },
  'protocol.version': {
    status: 426,
    retryable: false,
    text: 'The peers speak different protocol versions; update the older one.',
  },
  'protocol.frame': {
    status: 400,
    retryable: false,
    text: 'The frame is not one valid MessagePack value within the limits.',
  },
  'protocol.packet': {
    status: 400,
    retryable: false,
    text: 'The connection sent bytes that the protocol does not allow, and was closed.',
  },
  'protocol.id': { status: 400, retryable: false, text: 'The identifier is not well formed.' },
  'crypto.low-order': {
    status: 422,
    retryable: false,
    text: 'The public key has low order, so anybody could compute the shared secret.',
  },
  'device.unknown': { status: 401, retryable: false, text: 'The device is not enrolled; enrol it first.' },
  'device.enrolment-refused': { status: 403, retryable: false, text: 'The enrolment token is not valid.' },
  'device.enrolment-used-up': {
    status: 403,
    retryable: false,
    text: 'The enrolment token is used up: as many devices have enrolled with it as it allows. Ask for a new one.',
  },
  'device.key': {
    status: 422,
    retryable: false,
    text: 'The identity key is weak: others could sign for it. Make a new one from 32 random bytes.',
  },
  'device.signature': {
    status: 401,
    retryable: false,
    text: 'The signature does not prove the identity of the device.',
  },
  'device.enrolment-unavailable': {
    status: 503,
    retryable: true,
    text: 'The coordinator cannot check the enrolment now; try again later.',
  },
  'device.challenge-expired': {
    status: 401,
    retryable: false,
    text: 'The challenge has expired or was used already; sign the newest one.',
  },
  'device.revoked': {
    status: 403,
    retryable: false,
    text: 'An operator has revoked this device; it can no longer take part.',
  },
  'device.not-identified': {
    status: 401,
    retryable: false,
    text: 'The connection has not sent a hello yet.',
  },
  'device.replaced': {
    status: 409,
    retryable: false,
    text: 'The device opened a newer connection, which replaced this one.',
  },
  'device.unread': {
    status: 408,
    retryable: true,
    text: 'The device did not read what it was sent, so its connection was closed.',
  },
  'device.insecure': {
    status: 403,
    retryable: false,
    text: 'The page has no Web Locks, which ensure that only one tab takes part. Serve it over https or from localhost.',
  },
  'device.cleartext': {
    status: 403,
    retryable: false,
    text: 'The connection to a coordinator on another host is not encrypted. Use https, or let the app allow it.',
  },
  'operator.unauthenticated': {
    status: 401,
    retryable: false,
    text: 'The operator token is missing, unknown, expired or revoked.',
  },
  'operator.forbidden': {
    status: 403,
    retryable: false,
    text: 'The role of this operator token does not allow this.',
  },
  'operator.cross-site': {
    status: 403,
    retryable: false,
    text: "Cross-site request refused: changes made with a session cookie must come from this coordinator's own pages.",
  },
  'task.unknown': { status: 404, retryable: false, text: 'There is no such task.' },
  'task.exists': { status: 409, retryable: false, text: 'There is already a task of this name.' },
  'task.module': {
    status: 422,
    retryable: false,
    text: "This task module can't be added; the detail says why.",
  },
  'task.settings': {
    status: 422,
    retryable: false,
    text: 'The task settings are not valid; the answer names each wrong field.',
  },
  'task.changed': {
    status: 409,
    retryable: false,
    text: 'Somebody else has changed the task settings in the meantime; reload them and try again.',
  },
  'round.unknown': { status: 404, retryable: false, text: 'There is no such round.' },
  'round.closed': { status: 409, retryable: false, text: 'The round no longer takes this message.' },
  'round.under-way': { status: 409, retryable: false, text: 'A round of this task is already under way.' },
  'round.begun': {
    status: 409,
    retryable: false,
    text: 'An earlier client began this round and had not masked its update yet. The device leaves the round, so that nothing is masked twice.',
  },
  'round.repeated': {
    status: 409,
    retryable: false,
    text: 'The device has already sent a different message in this phase.',
  },
  'plan.below-floor': {
    status: 403,
    retryable: false,
    text: 'The plan protects less than this app requires, so the device does not take part.',
  },
  'options.invalid': {
    status: 422,
    retryable: false,
    text: 'An option of the client is not valid; the detail names it and says what is expected.',
  },
  'plan.private-layers': {
    status: 422,
    retryable: false,
    text: 'The private layers of the plan do not fit the model.',
  },
  'privacy.spent': {
    status: 409,
    retryable: false,
    text: 'The privacy budget of the task is spent; no round begins until the definition of the task allows more.',
  },
  'privacy.too-few-devices': {
    status: 409,
    retryable: true,
    text: 'Fewer devices are enrolled than the privacy budget of the task needs.',
  },
  'assignment.unknown': { status: 404, retryable: false, text: 'There is no such assignment in this round.' },
  'assignment.token': {
    status: 403,
    retryable: false,
    text: 'The upload token does not belong to this assignment.',
  },
  'assignment.left': { status: 409, retryable: false, text: 'The device has left this round.' },
  'update.repeated': {
    status: 409,
    retryable: false,
    text: 'A different update of this assignment has already been counted.',
  },
  'update.too-many': {
    status: 503,
    retryable: true,
    text: 'Too many uploads are under way; try again in a moment.',
  },
  'update.malformed': {
    status: 422,
    retryable: false,
    text: 'The update is not in the format of the weight codec.',
  },
  'update.wrong-kind': {
    status: 422,
    retryable: false,
    text: 'The update is not of the kind that its plan asks for.',
  },
  'update.wrong-layout': {
    status: 422,
    retryable: false,
    text: 'The update does not fit the model of its round.',
  },
  'update.wrong-length': {
    status: 422,
    retryable: false,
    text: 'The update has too few or too many bytes for its count of values.',
  },
  'update.not-finite': {
    status: 422,
    retryable: false,
    text: 'The update holds a value that is not a finite number.',
  },
  'update.weight': {
    status: 422,
    retryable: false,
    text: 'The weight of the update is outside the range of its plan.',
  },
  'update.norm': {
    status: 422,
    retryable: false,
    text: 'The norm of the update exceeds the clipping norm of its plan.',
  },
  'update.impossible': {
    status: 500,
    retryable: false,
    text: 'The sum of the updates is outside the range that its contributors can reach.',
  },
  'update.unsigned': {
    status: 403,
    retryable: false,
    text: "A masked update must carry its device's signature of who dealt; it is missing or wrong.",
  },
  'secagg.parameters': {
    status: 500,
    retryable: false,
    text: 'No masking graph withstands these assumptions.',
  },
  'secagg.keys': {
    status: 422,
    retryable: false,
    text: 'The keys of a device are not what its signature, its round and its peers allow.',
  },
  'secagg.roster': {
    status: 422,
    retryable: false,
    text: 'The roster does not give the device the neighbours that the signed keys call for.',
  },
  'secagg.share': {
    status: 422,
    retryable: false,
    text: 'The shares are malformed, or not what their dealer signed.',
  },
  'secagg.statement': {
    status: 409,
    retryable: false,
    text: 'The survivors statement is malformed, or the second one of its round.',
  },
  'secagg.agreement': {
    status: 422,
    retryable: false,
    text: 'The agreement to the survivors statement is malformed, or not signed by whom it should be.',
  },
  'secagg.too-few': {
    status: 409,
    retryable: false,
    text: 'Too few devices remain in the round to recover its masks, or to hide one update among them.',
  },
  'secagg.dealer': {
    status: 422,
    retryable: false,
    text: 'A device dealt shares of another secret than it signed; the masks of the round cannot be taken off.',
  },
  'secagg.erased': {
    status: 409,
    retryable: false,
    text: 'The secrets of the round were deleted.',
  },
  'model.missing': { status: 404, retryable: false, text: 'There is no such model version.' },
  'model.corrupt': { status: 500, retryable: false, text: 'The stored model does not match its hash.' },
  'model.unreadable': {
    status: 503,
    retryable: true,
    text: 'The model version that rounds train from cannot be read. An operator has to restore it or roll back to an older one.',
  },
  'model.unusable': { status: 422, retryable: false, text: 'The model cannot be loaded on this device.' },
  'export.unsupported': {
    status: 422,
    retryable: false,
    text: 'The model has a layer that this format does not know.',
  },
  'storage.failed': {
    status: 503,
    retryable: true,
    text: 'The storage could not be read or written; try again in a moment.',
  },
  'storage.full': {
    status: 503,
    retryable: true,
    text: 'The disk of the storage is full; nothing can be stored until there is room.',
  },
  'storage.locked': {
    status: 503,
    retryable: true,
    text: 'Another program holds the lock of the database; try again in a moment.',
  },
  'storage.read-only': { status: 503, retryable: true, text: 'The storage folder cannot be written to.' },
  'storage.corrupt': {
    status: 500,
    retryable: false,
    text: 'The storage is damaged; restore a backup.',
  },
  'storage.incomplete': {
    status: 500,
    retryable: false,
    text: 'The database of the storage folder is gone; restore a backup, or choose an empty folder.',
  },
  'storage.in-use': { status: 500, retryable: false, text: 'Another coordinator uses this storage folder.' },
  'storage.newer': {
    status: 500,
    retryable: false,
    text: 'The storage folder was written by a newer version of Murmuration.',
  },
  'config.invalid': { status: 500, retryable: false, text: 'The configuration is not valid.' },
  'config.ring': {
    status: 500,
    retryable: false,
    text: 'A sum of updates with these settings would not fit the ring.',
  },
  'data.malformed': {
    status: 422,
    retryable: false,
    text: 'The file of examples is not in the format that its reader expects.',
  },
  'data.row': {
    status: 422,
    retryable: false,
    text: 'A row of the examples cannot be used; fix the row, or change what its columns may hold.',
  },
  'data.column': {
    status: 422,
    retryable: false,
    text: 'The examples lack a column that the scenario needs.',
  },
  'data.too-large': {
    status: 413,
    retryable: false,
    text: 'The examples exceed the limit of their reader; raise the limit, or use fewer examples.',
  },
  'prediction.not-offered': {
    status: 403,
    retryable: false,
    text: 'The coordinator does not predict for devices in this task, or the app does not allow asking it.',
  },
  'prediction.too-many': {
    status: 503,
    retryable: true,
    text: 'Too many predictions are waiting; try again in a moment.',
  },
  'prediction.timeout': {
    status: 504,
    retryable: true,
    text: 'The coordinator did not finish the prediction in time.',
  },
  'inference.input': {
    status: 400,
    retryable: false,
    text: 'The inference request does not fit the model.',
  },
  'inference.unsupported': {
    status: 501,
    retryable: false,
    text: 'The inference server does not support this.',
  },
  'inference.unavailable': {
    status: 503,
    retryable: true,
    text: 'The model cannot be used now.',
  },
  'inference.answer': {
    status: 502,
    retryable: false,
    text: 'The answer does not follow the protocol.',
  },
  'inference.unauthenticated': {
    status: 401,
    retryable: false,
    text: 'The inference token is missing, unknown or expired.',
  },
  'inference.forbidden': {
    status: 403,
    retryable: false,
    text: 'This inference token does not allow this.',
  },
  'feedback.conflict': {
    status: 409,
    retryable: false,
    text: 'Another outcome of this prediction is known already.',
  },
  'evaluation.timeout': {
    status: 500,
    retryable: false,
    text: 'The evaluation of a new version missed its deadline.',
  },
  'hybrid.no-model': {
    status: 404,
    retryable: true,
    text: 'There is no model on this device yet; it arrives with the first round, or with the app.',
  },
  'hybrid.not-served': {
    status: 422,
    retryable: false,
    text: 'The app serves no model of this task; give the task the option "hybrid".',
  },
  'hybrid.input': { status: 422, retryable: false, text: 'The task does not accept this input.' },
  'hybrid.damaged': {
    status: 500,
    retryable: false,
    text: 'The personal model in the storage of this device is damaged; it will be trained again from the examples.',
  },
  'engine.no-backend': {
    status: 500,
    retryable: false,
    text: 'No fast TensorFlow.js backend starts on this device.',
  },
  'training.failed': { status: 500, retryable: false, text: 'Training on this device failed.' },
  'training.no-examples': { status: 422, retryable: false, text: 'The device has no examples to train on.' },
  'training.no-memory': {
    status: 507,
    retryable: false,
    text: 'The device does not have enough memory for this training.',
  },
  'training.unsupported': {
    status: 422,
    retryable: false,
    text: 'The objective of the app does not support the training that the plan asks for.',
  },
  'training.stopped': { status: 499, retryable: true, text: 'Training was stopped before it finished.' },
  'report.malformed': {
    status: 422,
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

  get status(): number {
    return errors[this.code].status;
  }

  get retryable(): boolean {
    return errors[this.code].retryable;
  }
}
