import type { Assignment } from '@murmuration/protocol/messages/round';
import { requirePlan, requirePrivateLayers } from '../floors/require-plan.ts';
import { retry } from '../retry/retry.ts';
import type { UpdateProcessor } from '../update/update-processor.ts';
import { contributeMasked } from './contribute-masked.ts';
import { learn } from './learn.ts';
import type { RoundPorts, SessionPorts } from './ports.ts';
import type { Report } from './report.ts';
import type { Contributing } from './state.ts';
import { upload } from './upload.ts';

/**
 * One device's contribution to one round: download → train → prepare → upload, between the phases of secure aggregation
 * where the plan masks. What was made for this assignment before a restart is sent again, byte for byte.
 */
export async function contribute(
  { assignment, stop: { signal }, inbox, since }: Contributing,
  session: SessionPorts,
): Promise<void> {
  const ports: RoundPorts = { ...session, since };
  const { store, emit, task, trainer, platform } = ports;
  const { round, number, plan } = assignment;
  await requireFloors(assignment, ports, signal);
  const report: Report = (phase, progress) => emit('round', { task, round, number, phase, progress });
  const stored = await store.load();
  const updateProcessor = trainer.updateProcessor ?? (await platform.updateProcessor());
  const saved = stored?.assignment.assignment === assignment.assignment ? stored : undefined;
  if (plan.masking)
    await contributeMasked(
      { assignment, masking: plan.masking, inbox, saved, updateProcessor },
      ports,
      signal,
      report,
    );
  else await contributePlain(assignment, saved?.update, updateProcessor, ports, signal, report);
  report('counted', 1);
}

/** Throws `plan.below-floor` before the device has sent anything of the round. */
async function requireFloors(
  { assignment, plan }: Assignment,
  { floors, keepPrivate, contributions, participations, models, platform }: SessionPorts,
  signal: AbortSignal,
): Promise<void> {
  requirePlan(plan, floors);
  requirePrivateLayers(plan, keepPrivate);
  await contributions.require(assignment, plan.model);
  await participations.require(plan.privacy);
  if (floors.topology === 'pinned') await retry(() => models.inspect(plan.model, signal), platform, signal);
}

async function contributePlain(
  assignment: Assignment,
  made: Uint8Array | undefined,
  updateProcessor: UpdateProcessor,
  ports: RoundPorts,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  let update = made;
  if (!update) {
    update = await updateProcessor.prepare(await learn(assignment, ports, signal, report), assignment);
    await ports.store.save({ assignment, update });
  }
  await upload(assignment, update, undefined, ports, signal, report);
}
