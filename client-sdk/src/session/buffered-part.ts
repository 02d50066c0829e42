import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { stalenessWeight } from '@murmuration/protocol/weights/staleness';
import { BelowFloor } from '../floors/below-floor.ts';
import { Participations } from '../floors/participations.ts';
import { requirePrivateLayers } from '../floors/require-plan.ts';
import { clip as clipWhole } from '../update/clip.ts';
import { clipLayers } from '../update/clip-layers.ts';
import type { Learned } from '../update/prepare.ts';
import { type KeptUpdate, keptUpdates, settingsIn } from './kept-update.ts';
import type { AnyPart } from './part.ts';
import type { SessionPorts } from './ports.ts';
import type { Report } from './report.ts';
import { trainingPart } from './training-part.ts';
import { untilSlot } from './upload-slot.ts';

/** Most difference of a weight from (1 + s)^−½: coordinators may compute roots otherwise. */
const maxWeightError = 1e-12;

/**
 * Returns the part of a device that trains for a masked buffer, or sends an update that it has trained for
 * one (SPEC.md, RD22, RD23). `since`: when the device got the assignment, ms since 1970 by its own clock.
 */
export function bufferedPart(
  assignment: Assignment,
  ports: SessionPorts,
  since: number,
  report: Report,
): AnyPart {
  const { plan } = assignment;
  if (plan.bases!.length > 0) return sendingPart(assignment, ports);
  // Its randomness follows the version, so that training from the same version again reveals nothing more.
  const part = trainingPart({ ...assignment, round: plan.model as string as RoundId }, ports);
  const kept = keptUpdates(ports.store.storage, ports.task);
  const train = async (signal: AbortSignal) => {
    await part.require(signal, false);
    const learned = (await part.make(signal, report)) as Learned;
    clip(learned, plan);
    // Saved only now: otherwise a forced check-in would reveal whether the
    // device has finished training by then.
    await untilSlot(plan, part.began?.() ?? since, ports.platform, signal);
    signal.throwIfAborted();
    await kept.save({ base: plan.model, settings: settingsIn(plan), learned });
  };
  const never = () => Promise.reject(new MurmurationError('round.begun'));
  return {
    smallestSum: 0,
    /**
     * Trains and keeps the update, sends nothing, and throws `round.closed`;
     * the device offers the update later.
     */
    async require(signal) {
      requireSummable(plan);
      const before = await kept.load();
      // The coordinator may have forgotten that it assigned this work before.
      if (before?.base !== plan.model || before.settings !== settingsIn(plan)) await train(signal);
      throw new MurmurationError('round.closed', 'The update waits on the device for a buffer.');
    },
    make: never,
    count: never,
  };
}

/** Clips before the weight of a version applies, which may only shorten. */
function clip({ delta, layout }: Learned, { update: { clip: limit, perLayer } }: Plan): void {
  if (perLayer) clipLayers(delta, layout, limit);
  else clipWhole(delta, limit);
}

/** Returns the part that sends the kept update into the sum of a buffer, times the weight of its version. */
function sendingPart(assignment: Assignment, ports: SessionPorts): AnyPart {
  const { plan, assignment: id } = assignment;
  const { contributions, floors, keepPrivate } = ports;
  const { storage } = ports.store;
  const participations = new Participations(storage, ports.task, floors.privacy);
  const kept = keptUpdates(storage, ports.task);
  let update: KeptUpdate | undefined;
  let base: ModelHash = plan.model;
  return {
    smallestSum: plan.leastSum ?? 0,
    async require(_, isMade) {
      requireSummable(plan);
      // The app may keep more layers private now than when the update was
      // trained, by a plan with the same layers.
      requirePrivateLayers(plan, keepPrivate);
      requireSchedule(plan, floors.mostVersions);
      await participations.require(plan, id, isMade);
      if (isMade) base = (await kept.base()) ?? base;
      else {
        update = await kept.load();
        if (update?.settings !== settingsIn(plan)) {
          await kept.erase();
          throw new MurmurationError('round.begun', 'The device has no update that fits this buffer.');
        }
        base = update.base;
        if (!plan.bases!.some(({ model }) => model === base))
          throw new BelowFloor(
            'buffers',
            'The buffer takes no updates of the version that was trained from.',
          );
      }
      await contributions.require(assignment, isMade, base);
    },
    async make() {
      const { learned } = update!;
      const { weight } = plan.bases!.find(({ model }) => model === base)!;
      return { ...learned, delta: learned.delta.map(value => value * weight) };
    },
    async count() {
      await participations.count(plan, id);
      // Must come first: even if the record of contributions fails, no other buffer gets this update.
      await kept.spend();
      await contributions.count(assignment, base);
      await kept.erase();
    },
  };
}

/** Throws `plan.below-floor` for a plan whose updates need more than a sum under masks. */
function requireSummable({ masking, judged, privacy, control, training, update }: Plan): void {
  const changes = control || training.fairness || update.compression || update.within;
  if (!masking || judged !== undefined || privacy || changes)
    throw new BelowFloor(
      'buffers',
      'The plan keeps updates for a buffer, which has masks, and neither verdicts, nor a privacy budget, nor control variates, nor compression, nor a clip that moves, nor weights by losses.',
    );
}

/**
 * Throws `plan.below-floor` for more versions than the app allows, and for weights that could single out
 * devices: only those of consecutive versions, the newest first, are allowed.
 */
function requireSchedule({ bases = [], model }: Plan, most: number): void {
  if (bases.length > most)
    throw new BelowFloor(
      'mostVersions',
      `The buffer adds up updates from ${bases.length} versions; the app takes part in sums of ${most} at most.`,
    );
  const isDue = bases.every(
    ({ weight }, staleness) => Math.abs(weight - stalenessWeight(staleness)) <= maxWeightError,
  );
  const isChain = new Set(bases.map(each => each.model)).size === bases.length && bases[0]!.model === model;
  if (!isDue || !isChain)
    throw new BelowFloor(
      'buffers',
      'The buffer has other weights than those of versions that follow one another, the newest first.',
    );
}
