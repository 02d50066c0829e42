import { type Config, loadConfig } from '@murmuration/coordinator/assembly/config';
import { dashboardFolder } from '@murmuration/coordinator/http/dashboard';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { checkBucket } from './bucket.ts';
import { type Checkup, fault, ok } from './finding.ts';
import { checkApps, checkDashboard, checkStorage } from './folders.ts';
import { answersAt, checkExposure, checkInference, checkPort, checkTls } from './listening.ts';
import { checkClock, checkEngine, checkNode } from './machine.ts';
import { checkModules, linesOf } from './modules.ts';
import { checkTracking } from './tracking.ts';
import { checkWebhooks } from './webhooks.ts';

export interface Examined {
  /** Paths of the task modules. */
  readonly modules: readonly string[];
  /** Path of the configuration file, if there is one. */
  readonly file: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** URL of the coordinator whose clock this machine's is compared with. */
  readonly url: URL | undefined;
}

/** Runs all checks and returns their findings in order. */
export async function examine({ modules, file, env, url }: Examined, clock: Clock): Promise<Checkup[]> {
  const findings = [checkNode(process.versions.node), await checkClock(clock, url)];
  const where = file ?? 'the environment variables MURMURATION_…';
  let config: Config | undefined;
  try {
    config = await loadConfig(file, env);
    findings.push(ok('configuration', `All fields of ${where} are right.`));
  } catch (error) {
    const isThere = Object.keys(env).some(name => name.startsWith('MURMURATION_'));
    const mend = file
      ? `Correct it in ${file}, or in the variable MURMURATION_… that overrides it, and run doctor again for what depends on it.`
      : `${isThere ? 'Correct the variables' : 'Name one'}, and run doctor again for what depends on it.`;
    findings.push(...linesOf(error).map(line => fault('configuration', `${line}.`, mend)));
  }
  if (config) {
    const isRunning = await answersAt(config);
    const storage = await checkStorage(config, isRunning, clock.now());
    const hasOperators = storage.hasOperators || config.operatorTokens.length > 0;
    findings.push(
      await checkPort(config, isRunning),
      await checkTls(config, clock.now()),
      ...storage.findings,
      ...(config.s3 ? [await checkBucket(config.s3, clock, systemRandom)] : []),
      checkExposure(config, hasOperators),
      checkInference(config, hasOperators),
      ...(await checkApps(config)),
      await checkDashboard(dashboardFolder),
      ...checkWebhooks(config),
      ...(await checkTracking(config, clock)),
    );
  }
  // Loaded only here, so that no other command waits for the engine.
  const { startBackend } = await import('@murmuration/engine/backend/backend');
  findings.push(await checkEngine(startBackend), ...(await checkModules(modules, config ?? {})));
  return findings;
}
