/**
 * Errors that cross a wire or reach an app, by code. Each has one sentence for a person: what was wrong and,
 * if it helps, what to do. Codes are `where.what`, never reused, and listed in `protocol/ERRORS.md`, which a
 * test holds to these tables. Repeating the same request meets the errors of this table again.
 */
const lasting = {
  'request.invalid': 'The request does not fit its schema.',
  'request.too-large': 'The request is larger than its limit.',
  'request.not-found': 'There is nothing at this address.',
  'request.unsupported': 'This route does not accept that content type.',
  'request.range': 'The file has no bytes in this range.',
  'protocol.version': 'The peers speak different protocol versions; update the older one.',
  'protocol.frame': 'The frame is not one valid MessagePack value within the limits.',
  'protocol.packet': 'The connection sent bytes that the protocol does not allow, and was closed.',
  'protocol.id': 'The identifier is not well formed.',
  'crypto.low-order': 'The public key has low order, so anybody could compute the shared secret.',
  'device.unknown': 'The device is not enrolled; enrol it first.',
  'device.enrolment-refused': 'The enrolment token is not valid.',
  'device.enrolment-used-up': 'The enrolment token is used up. Ask for a new one.',
  'device.key': 'The identity key is weak: others could sign for it. Make a new one from 32 random bytes.',
  'device.signature': 'The signature does not prove the identity of the device.',
  'device.challenge-expired': 'The challenge has expired or was used already; sign the newest one.',
  'device.revoked': 'An operator has revoked this device; it can no longer take part.',
  'device.not-identified': 'The connection has not sent a hello yet.',
  'device.replaced': 'The device opened a newer connection, which replaced this one.',
  'device.insecure':
    'The page has no Web Locks, which ensure that only one tab takes part. Serve it over https or from localhost.',
  'device.cleartext':
    'The connection to a coordinator on another host is not encrypted. Use https, or let the app allow it.',
  'ticket.refused':
    'The ticket is not one of this device for this task and cell now; check in at the front for another.',
  'operator.unauthenticated': 'The operator token is missing, unknown, expired or revoked.',
  'operator.forbidden': 'The role of this operator token does not allow this.',
  'operator.cross-site': "Changes made with a session cookie must come from this coordinator's own pages.",
  'task.unknown': 'There is no such task.',
  'task.exists': 'There is already a task of this name.',
  'task.module': "This task module can't be added; the detail says why.",
  'task.settings': 'The task settings are not valid; the answer names each wrong field.',
  'task.changed': 'Somebody else has changed the task settings; reload them and try again.',
  'round.unknown': 'There is no such round.',
  'round.closed': 'The round no longer takes this message.',
  'round.under-way': 'A round of this task is already under way.',
  'round.begun':
    'The device had begun its part before, and leaves the round, so that nothing is masked twice.',
  'round.repeated': 'The device has already sent a different message in this phase.',
  'plan.below-floor': 'The plan protects less than this app requires, so the device does not take part.',
  'options.invalid': 'An option of the client is not valid; the detail names it and says what is expected.',
  'plan.frozen-layers': 'The frozen layers of the model leave nothing to train, or do not fit the plan.',
  'plan.private-layers': 'The private layers of the plan do not fit the model.',
  'privacy.spent':
    'The privacy budget of the task is spent; no round begins until its definition allows more.',
  'assignment.unknown': 'There is no such assignment in this round.',
  'assignment.token': 'The upload token does not belong to this assignment.',
  'assignment.left': 'The device has left this round.',
  'update.repeated': 'A different update of this assignment has already been counted.',
  'update.malformed': 'The update is not in the format of the weight codec.',
  'update.wrong-kind': 'The update is not of the kind that its plan asks for.',
  'update.wrong-layout': 'The update does not fit the model of its round.',
  'update.wrong-length': 'The update has too few or too many bytes for its count of values.',
  'update.not-finite': 'The update holds a value that is not a finite number.',
  'update.weight': 'The weight of the update is outside the range of its plan.',
  'update.norm': 'The norm of the update exceeds the clipping norm of its plan.',
  'update.impossible': 'The sum of the updates is outside the range that its contributors can reach.',
  'update.unsigned':
    "A masked update must carry its device's signature of who dealt; it is missing or wrong.",
  'secagg.parameters': 'No masking graph withstands these assumptions.',
  'secagg.keys': 'The keys of a device are not what its signature, its round and its peers allow.',
  'secagg.roster': 'The roster does not give the device the neighbours that the signed keys call for.',
  'secagg.share': 'The shares are malformed, or not what their dealer signed.',
  'secagg.statement': 'The survivors statement is malformed, or the second one of its round.',
  'secagg.agreement':
    'The agreement to the survivors statement is malformed, or not signed by whom it should be.',
  'secagg.too-few':
    'Too few devices remain in the round to recover its masks, or to hide one update among them.',
  'secagg.dealer':
    'A device dealt shares of another secret than it signed, or in boxes that do not open; the masks of the round cannot be taken off.',
  'secagg.erased': 'The secrets of the round were deleted.',
  'model.missing': 'There is no such model version.',
  'model.corrupt': 'The stored model does not match its hash.',
  'model.unusable': 'The model cannot be loaded on this device.',
  'model.unfinished': 'The app ended while it was building this model, which it builds no more.',
  'export.unsupported': 'The model has a layer that this format does not know.',
  'storage.corrupt': 'The storage is damaged; restore a backup.',
  'storage.incomplete':
    'The database of the storage folder is gone; restore a backup, or choose an empty one.',
  'storage.in-use': 'Another coordinator uses this storage folder.',
  'storage.newer': 'The storage folder was written by a newer version of Murmuration.',
  'config.invalid': 'The configuration is not valid.',
  'config.ring': 'A sum of updates with these settings would not fit the ring.',
  'data.malformed': 'The file of examples is not in the format that its reader expects.',
  'data.row': 'A row of the examples cannot be used; fix it, or change what its columns may hold.',
  'data.column': 'The examples lack a column that the scenario needs.',
  'data.too-large': 'The examples exceed the limit of their reader; raise it, or use fewer.',
  'prediction.not-offered':
    'The coordinator does not predict for devices in this task, or the app does not allow asking it.',
  'inference.input': 'The inference request does not fit the model.',
  'inference.unsupported': 'The inference server does not support this.',
  'inference.answer': 'The answer does not follow the protocol.',
  'inference.unauthenticated': 'The inference token is missing, unknown or expired.',
  'inference.forbidden': 'This inference token does not allow this.',
  'feedback.conflict': 'Another outcome of this prediction is known already.',
  'evaluation.timeout': 'The evaluation of a new version missed its deadline.',
  'hybrid.not-served': 'The app serves no model of this task; give the task the option "hybrid".',
  'hybrid.input': 'The task does not accept this input.',
  'hybrid.damaged': 'The personal model on this device is damaged; it will be trained again.',
  'engine.no-backend': 'No fast TensorFlow.js backend starts on this device.',
  'training.failed': 'Training on this device failed.',
  'training.module': "What the app trains with can't be used: it does not load, or is no objective.",
  'training.no-examples': 'The device has no examples to train on.',
  'training.no-memory': 'The device does not have enough memory for this training.',
  'training.vocabulary':
    'The version knows other words than this app, which serves it and does not train it; update the app.',
  'training.unsupported': 'The objective of the app does not support the training that the plan asks for.',
  'app.aborted': 'The app has stopped waiting for this.',
  'app.listener': 'A listener of the app has thrown an error.',
  'report.malformed': 'The file does not hold the events of a run; choose the events.jsonl of a simulation.',
} as const satisfies Record<string, string>;

/** Errors after which the same request may succeed later, unchanged. */
const passing = {
  'request.too-often': 'Too many requests in a short time; try again after the time that the answer names.',
  'request.too-many': 'Too many requests of this connection wait for their answers.',
  'request.too-slow': 'The request did not arrive in time.',
  'server.internal': 'The coordinator failed; its log has the reason.',
  'server.stopping': 'The coordinator is stopping; try again in a moment.',
  'server.busy': 'The coordinator has reached its limit of connections; try again in a moment.',
  'server.flood':
    'The coordinator sent more than any round needs, so the device ended the connection; it comes back by itself.',
  'server.no-answer': 'The coordinator did not answer in time.',
  'server.unreachable': 'The coordinator cannot be reached.',
  'app.examples': 'The app could not give its examples; it is asked again in a moment.',
  'app.enrolment': 'The app could not get what it enrols with; it is asked again in a moment.',
  'device.enrolment-unavailable': 'The coordinator cannot check the enrolment now; try again later.',
  'device.unread': 'The device did not read what it was sent, so its connection was closed.',
  'privacy.too-few-devices': 'Fewer devices are enrolled than the privacy budget of the task needs.',
  'update.too-many': 'Too many uploads are under way; try again in a moment.',
  'model.unreadable':
    'The model version that rounds train from cannot be read; restore it, or roll back to an older one.',
  'storage.failed': 'The storage could not be read or written; try again in a moment.',
  'storage.full': 'The disk of the storage is full; nothing can be stored until there is room.',
  'storage.locked': 'Another program holds the lock of the database; try again in a moment.',
  'storage.read-only': 'The storage folder cannot be written to.',
  'storage.slow': 'The database answers too slowly; try again in a moment.',
  'prediction.too-many': 'Too many predictions are waiting; try again in a moment.',
  'prediction.timeout': 'The coordinator did not finish the prediction in time.',
  'inference.unavailable': 'The model cannot be used now.',
  'hybrid.no-model':
    'There is no model on this device yet; it arrives with the first round, or with the app.',
  'training.stopped': 'Training was stopped before it finished.',
  'training.no-answer': 'What trains on this device does not answer.',
  'training.bridge': 'What came from the web view that trains is not what its protocol allows.',
} as const satisfies Record<string, string>;

export type ErrorCode = keyof typeof lasting | keyof typeof passing;

/** Map from each code to its sentence. */
export const errors: Readonly<Record<ErrorCode, string>> = { ...lasting, ...passing };

/** True if the same request may succeed later, unchanged; false for an unknown code. */
export function isRetryable(code: string): boolean {
  return Object.hasOwn(passing, code);
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errors, code);
}

/** Message of a thrown value, which need not be an `Error`. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Error with a code of the table; `detail` says what was wrong this time, without secrets. */
export class MurmurationError extends Error {
  override readonly name = 'MurmurationError';
  readonly code: ErrorCode;
  readonly detail: string;
  /** Milliseconds until another try may help, if known. */
  readonly after: number | undefined;
  /** Id of the round concerned; set by a caller that knows it, on the way up. */
  round: string | undefined;
  /** Name of the task concerned; set in the same way. */
  task: string | undefined;

  constructor(
    code: ErrorCode,
    detail: string = errors[code],
    { after, ...options }: ErrorOptions & { readonly after?: number | undefined } = {},
  ) {
    super(`${detail} [${code}]`, options);
    this.code = code;
    this.detail = detail;
    this.after = after;
  }

  get retryable(): boolean {
    return isRetryable(this.code);
  }
}
