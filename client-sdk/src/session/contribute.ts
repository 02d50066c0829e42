import type { Assignment } from '@murmuration/protocol/messages/round';
import { BelowFloor } from '../floors/below-floor.ts';
import { requirePlan } from '../floors/require-plan.ts';
import type { UpdateProcessor } from '../update/update-processor.ts';
import { contributeMasked } from './contribute-masked.ts';
import { loadBufferedPart, loadCompressedPart, loadControlledPart } from './loads.ts';
import type { AnyPart } from './part.ts';
import type { RoundPorts, SessionPorts } from './ports.ts';
import type { Report } from './report.ts';
import { RoundMeter } from './round-meter.ts';
import type { Contributing } from './state.ts';
import { trainingPart } from './training-part.ts';
import { upload } from './upload.ts';

/** Contributes to one round, and emits its costs at the end. */
export async function contribute(contributing: Contributing, session: SessionPorts): Promise<void> {
  const { transport, trainer, platform, energy, emit, task } = session;
  const { round, number } = contributing.assignment;
  const meter = new RoundMeter(platform, trainer);
  const ports: SessionPorts = {
    ...session,
    transport: meter.transport(transport),
    trainer: meter.trainer(),
    platform: { ...platform, updateProcessor: async () => meter.processor(await platform.updateProcessor()) },
  };
  try {
    await takePart(contributing, ports);
  } finally {
    meter.hear(contributing.heard);
    emit('costs', { task, round, number, ...meter.costs(energy) });
  }
}

/**
 * Contributes to one round: download → train, or answer → prepare → upload, with the phases of secure
 * aggregation where the plan masks. An update made before a restart is sent again, byte for byte.
 */
async function takePart(contributing: Contributing, session: SessionPorts): Promise<void> {
  const { assignment: given, inbox, since } = contributing;
  const { signal } = contributing.stop;
  const { store, emit, task, trainer, platform, floors } = session;
  const stored = await store.load();
  const saved = stored?.assignment.assignment === given.assignment ? stored : undefined;
  // The saved assignment counts: a new plan could have other noise than the saved update.
  const { assignment } = saved ?? { assignment: given };
  const { round, number, plan } = assignment;
  requirePlan(plan, floors);
  const answers = plan.query && (await session.answers?.());
  if (plan.query && !answers) throw new BelowFloor('queries', 'The app answers no queries.');
  const report: Report = (phase, progress) => {
    const { query } = contributing;
    contributing.isSending = phase === 'uploading';
    emit('round', { task, round, number, ...(query !== undefined && { query }), phase, progress });
  };
  const part = answers ? answers.part(assignment) : await partOf(assignment, session, since, report);
  // Checked before the device has sent anything of the round.
  await part.require(signal, !!saved);
  contributing.query = part.query;
  const ports: RoundPorts = { ...session, since, part };
  const updateProcessor = trainer.updateProcessor ?? (await platform.updateProcessor());
  if (plan.masking)
    await contributeMasked(
      {
        assignment,
        masking: plan.masking,
        inbox,
        saved,
        updateProcessor,
        reveals() {
          contributing.isSending = true;
        },
      },
      ports,
      signal,
      report,
    );
  else await contributePlain(assignment, saved?.update, updateProcessor, ports, signal, report);
  report('counted', 1);
}

/** Returns the part of a device that trains; loads the code for special plans on demand. */
async function partOf(
  assignment: Assignment,
  session: SessionPorts,
  since: number,
  report: Report,
): Promise<AnyPart> {
  const { control, update, bases } = assignment.plan;
  if (bases) {
    const { bufferedPart } = await loadBufferedPart();
    return bufferedPart(assignment, session, since, report);
  }
  if (control) {
    const { controlledPart } = await loadControlledPart();
    return controlledPart(assignment, control, session);
  }
  const part = trainingPart(assignment, session);
  if (!update.compression) return part;
  const { compressedPart } = await loadCompressedPart();
  return compressedPart(assignment, update.compression, session, part);
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
    update = await updateProcessor.prepare(await ports.part.make(signal, report), assignment);
    await ports.store.save({ assignment, update });
  }
  await upload(assignment, update, undefined, ports, signal, report);
}
