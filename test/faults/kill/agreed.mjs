// What the processes of the kill test agree on.

export const taskName = 'kill';
export const enrolmentToken = 'a token for the kill test';
/** Devices, and values of the model: one for each of them. */
export const devices = 8;

/** Tasks of the cells that are killed, and devices of all of them: each has the task of its number, by turns. */
export const cellTasks = [taskName, 'kill-again'];
export const cellDevices = 60;

/** Where a coordinator can be killed; `between`: the round is over, the next one has not begun. */
export const phases = /** @type {const} */ ([
  'none',
  'gathering',
  'keys',
  'shares',
  'updates',
  'agreement',
  'unmasking',
  'closing',
  'between',
]);

/** @typedef {(typeof phases)[number]} Phase */

/** What the coordinator's process is told: in which phase to die, or to stand still, and how many ms after its beginning. */
/** @typedef {{ readonly phase: Phase, readonly after: number, readonly stop?: boolean }} KillOrder */

/**
 * Cells of the memory that the coordinator's main thread shares with its killer: the phase of the round under way, the one in
 * which to kill (0 while there is no order), µs after its beginning, and whether to stop it (1) instead.
 */
export const cells = { phase: 0, target: 1, delay: 2, stop: 3 };
