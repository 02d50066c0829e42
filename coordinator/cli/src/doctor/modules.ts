import type { Config } from '@murmuration/coordinator/assembly/config';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { loadModule, loadTask, loadVerifier } from '../arguments/load-module.ts';
import type { LocalTask } from '../arguments/local-task.ts';
import { type Checkup, fault, ok, reason } from './finding.ts';

/**
 * Checks that the task modules and the enrolment verifier load, that each model can be built and fits the
 * objective, and that no two tasks have one name.
 */
export async function checkModules(
  modules: readonly string[],
  { enrolmentVerifier }: Pick<Config, 'enrolmentVerifier'>,
): Promise<readonly Checkup[]> {
  const findings: Checkup[] = [];
  const names = new Set<string>();
  for (const module of modules) {
    try {
      const task = await loadTask(module);
      const exported = (await loadModule(`task module ${module}`, module)) as Partial<LocalTask>;
      if (names.has(task.name))
        findings.push(
          fault(
            'task',
            `${module} has the name "${task.name}", as another task has.`,
            'Give one of them another "name".',
          ),
        );
      names.add(task.name);
      const model = await task.model();
      findings.push(
        ok('task', `${module} defines "${task.name}", a model of ${model.countParams()} values.`),
      );
      // Loaded only here, because it loads the engine.
      const { misfitsOf } = await import('./objective.ts');
      for (const misfit of await misfitsOf(exported, model))
        findings.push(
          fault('task', `${module}: ${misfit}.`, `Change the objective or the model in ${module}.`),
        );
      model.dispose();
    } catch (error) {
      // An invalid task definition has one line for each field.
      for (const line of linesOf(error))
        findings.push(fault('task', `${module}: ${line}.`, `Correct it in ${module}.`));
    }
  }
  if (enrolmentVerifier === undefined) return findings;
  try {
    await loadVerifier(enrolmentVerifier);
    findings.push(ok('verifier', `The enrolment verifier ${enrolmentVerifier} loads.`));
  } catch (error) {
    findings.push(
      fault(
        'verifier',
        `${reason(error)}.`,
        `Correct ${enrolmentVerifier}, or "enrolmentVerifier" of the configuration.`,
      ),
    );
  }
  return findings;
}

/** Splits an error's text into lines, each the end of a sentence. */
export function linesOf(error: unknown): string[] {
  return error instanceof MurmurationError
    ? error.detail.split('\n').map(line => line.replace(/\.$/, ''))
    : [reason(error)];
}
