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
import type { Part } from './part.ts';
import type { SessionPorts } from './ports.ts';
import type { Report } from './report.ts';
import { trainingPart } from './training-part.ts';
import { untilSlot } from './upload-slot.ts';

/** How far a weight may be from (1 + s)^−½, for coordinators that take roots otherwise. */
const tolerance = 1e-12;

/**
 * The part of a device that trains for a masked buffer, or brings what it has trained into one (SPEC.md, RD22, RD23). `since`: when the device got the
 * assignment, ms since 1970 by its own clock.
 */
export function bufferedPart(
  assignment: Assignment,
  ports: SessionPorts,
  since: number,
  report: Report,
): Part {
  const { plan } = assignment;
  if (plan.bases!.length > 0) return sendingPart(assignment, ports);
  // What it draws follows the version: another training from it teaches nobody anything else.
  const part = trainingPart({ ...assignment, round: plan.model as string as RoundId }, ports);
  const kept = keptUpdates(ports.store.storage, ports.task);
  const train = async (signal: AbortSignal) => {
    await part.require(signal, false);
    const learned = (await part.make(signal, report)) as Learned;
    clip(learned, plan);
    // Not kept before: a check-in that somebody forces on the device would tell whether it has trained by then.
    await untilSlot(plan, part.began?.() ?? since, ports.platform, signal);
    signal.throwIfAborted();
    await kept.save({ base: plan.model, settings: settingsIn(plan), learned });
  };
  const never = () => Promise.reject(new MurmurationError('round.begun'));
  return {
    smallestSum: 0,
    /** Trains, and keeps the update: nothing of it is sent, and the round goes on without this device, which then offers it. */
    async require(signal) {
      requireSummable(plan);
      const before = await kept.load();
      // The coordinator may have forgotten that it gave this work before.
      if (before?.base !== plan.model || before.settings !== settingsIn(plan)) await train(signal);
      throw new MurmurationError('round.closed', 'The update waits on the device for a buffer.');
    },
    make: never,
    count: never,
  };
}

/** Clips before the weight of a version does, which may only shorten. */
function clip({ delta, layout }: Learned, { update: { clip: limit, perLayer } }: Plan): void {
  if (perLayer) clipLayers(delta, layout, limit);
  else clipWhole(delta, limit);
}

/** Brings the update that the device keeps into the sum of a buffer, times the weight of its version. */
function sendingPart(assignment: Assignment, ports: SessionPorts): Part {
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
      // The app may keep more of them now than when the update was trained, by a plan with the same layers.
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
      // First: whatever becomes of the record of contributions, no other buffer gets it.
      await kept.spend();
      await contributions.count(assignment, base);
      await kept.erase();
    },
  };
}

/** Throws `plan.below-floor` for a plan whose updates need more than a sum under masks of what was trained. */
function requireSummable({ masking, judged, privacy, control, training, update }: Plan): void {
  const changes = control || training.fairness || update.compression || update.within;
  if (!masking || judged !== undefined || privacy || changes)
    throw new BelowFloor(
      'buffers',
      'The plan keeps updates for a buffer, which has masks, and neither verdicts, nor a privacy budget, nor control variates, nor compression, nor a clip that moves, nor weights by losses.',
    );
}

/** Throws `plan.below-floor` for more versions than the app allows, and for weights that single devices out: the only ones are those of versions that follow one another. */
function requireSchedule({ bases = [], model }: Plan, most: number): void {
  if (bases.length > most)
    throw new BelowFloor(
      'mostVersions',
      `The buffer adds up updates from ${bases.length} versions; the app takes part in sums of ${most} at most.`,
    );
  const isDue = bases.every(
    ({ weight }, staleness) => Math.abs(weight - stalenessWeight(staleness)) <= tolerance,
  );
  const isChain = new Set(bases.map(each => each.model)).size === bases.length && bases[0]!.model === model;
  if (!isDue || !isChain)
    throw new BelowFloor(
      'buffers',
      'The buffer has other weights than those of versions that follow one another, the newest first.',
    );
}
