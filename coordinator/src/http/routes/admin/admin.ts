import type { InferenceTokens } from '../../../inference/inference-tokens.ts';
import type { MonitorView } from '../../../inference/monitor-view.ts';
import type { InferenceWatch } from '../../../inference/watch.ts';
import type { Experiments } from '../../../lifecycle/experiments/experiments.ts';
import type { RunControl } from '../../../lifecycle/training-runs/run-control.ts';
import type { AuditLog } from '../../../operators/audit.ts';
import type { Operators } from '../../../operators/operators.ts';
import type { ActivePopulation } from '../../../population/active-population.ts';
import type { Convictions } from '../../../population/convictions.ts';
import type { DeviceRegistry } from '../../../population/device-registry.ts';
import type { EnrolmentTokens } from '../../../population/enrolment-tokens.ts';
import type { MarkStore } from '../../../population/mark.ts';
import type { PopulationStatistics } from '../../../population/statistics.ts';
import type { PrivacyBudgets } from '../../../privacy/budgets.ts';
import type { VersionAliases } from '../../../promotion/version-aliases.ts';
import type { NewWords } from '../../../queries/new-words.ts';
import type { GateDecisionStore } from '../../../registry/gate-decisions.ts';
import type { History } from '../../../registry/ports.ts';
import type { QueryResultStore } from '../../../registry/query-results.ts';
import type { VerdictStore } from '../../../registry/verdicts.ts';
import type { AllRounds } from '../../../rounds/all-tasks.ts';
import type { RoundControl } from '../../../rounds/round-control.ts';
import type { SettingsManager } from '../../../task/settings-manager.ts';
import type { TaskAdder } from '../../../task/task-adder.ts';
import type { AlertWatch } from '../../../telemetry/alerts/watch.ts';
import type { Webhooks } from '../../../telemetry/alerts/webhooks/webhooks.ts';
import type { HourlyCounter } from '../../../telemetry/hourly-counter.ts';
import type { Overviews } from '../../../telemetry/overview.ts';
import type { RecentLog } from '../../../telemetry/recent-log.ts';
import type { App } from '../../app.ts';
import type { OperatorAuthenticator } from '../../operator-authenticator.ts';
import { alertRoutes } from './alerts.ts';
import { auditRoutes } from './audit.ts';
import { deviceRoutes } from './devices.ts';
import { enrolmentTokenRoutes } from './enrolment-tokens.ts';
import { experimentRoutes } from './experiments.ts';
import { inferenceRoutes } from './inference.ts';
import { inferenceTokenRoutes } from './inference-tokens.ts';
import { logRoutes } from './log.ts';
import { monitorRoutes } from './monitor.ts';
import { operatorTokenRoutes } from './operator-tokens.ts';
import { overviewRoutes } from './overview.ts';
import { paceRoutes } from './pace.ts';
import { privacyRoutes } from './privacy.ts';
import { queryRoutes } from './queries.ts';
import { roundRoutes } from './rounds.ts';
import { runRoutes } from './runs.ts';
import { adminScope } from './scope.ts';
import { securityRoutes } from './security.ts';
import { type SignInBounds, sessionRoutes, signInRoute } from './session.ts';
import { settingsRoutes } from './settings.ts';
import { taskModuleRoutes } from './task-modules.ts';
import { roundControlRoutes } from './tasks.ts';
import { versionRoutes } from './versions.ts';
import { vocabularyRoutes } from './vocabulary.ts';

/** What the admin API works with. */
export interface Administration {
  readonly operators: Operators;
  readonly authenticator: OperatorAuthenticator;
  readonly bounds: SignInBounds;
  readonly audit: AuditLog;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly deviceRegistry: DeviceRegistry;
  readonly control: RoundControl;
  readonly runs: RunControl;
  readonly taskAdder: TaskAdder;
  readonly recentLog: RecentLog;
  readonly tasks: AllRounds;
  readonly history: History;
  readonly queryResults: QueryResultStore;
  readonly newWords: NewWords;
  readonly verdicts: Pick<VerdictStore, 'of'>;
  readonly gateDecisions: Pick<GateDecisionStore, 'of'>;
  readonly experiments: Experiments;
  readonly versionAliases: VersionAliases;
  readonly settings: SettingsManager;
  readonly overviews: Overviews;
  readonly hourly: HourlyCounter;
  readonly alerts: AlertWatch;
  readonly webhooks: Webhooks;
  readonly populationStatistics: PopulationStatistics;
  readonly activePopulation: ActivePopulation;
  readonly convictions: Convictions;
  readonly marks: MarkStore;
  readonly privacy: PrivacyBudgets;
  readonly inference: InferenceWatch;
  readonly inferenceTokens: InferenceTokens;
  readonly monitor: MonitorView;
}

/** The admin API: what operators see and do, each route by its least role. */
export async function adminRoutes(app: App, administration: Administration): Promise<void> {
  const {
    operators,
    authenticator,
    bounds,
    audit,
    enrolmentTokens,
    deviceRegistry,
    control,
    tasks,
    history,
    hourly,
    alerts,
  } = administration;
  signInRoute(app, authenticator, bounds);
  await adminScope(app, operators, authenticator, scope => {
    sessionRoutes(scope, authenticator);
    operatorTokenRoutes(scope, operators);
    enrolmentTokenRoutes(scope, operators, enrolmentTokens, deviceRegistry);
    deviceRoutes(
      scope,
      operators,
      deviceRegistry,
      administration.convictions,
      administration.marks,
      bounds.clock,
    );
    roundControlRoutes(scope, operators, control);
    queryRoutes(scope, operators, administration);
    vocabularyRoutes(scope, operators, administration.newWords);
    runRoutes(scope, operators, administration);
    taskModuleRoutes(scope, operators, administration.taskAdder);
    auditRoutes(scope, audit);
    logRoutes(scope, administration.recentLog);
    overviewRoutes(scope, administration);
    roundRoutes(scope, tasks, history);
    versionRoutes(scope, operators, administration);
    experimentRoutes(scope, operators, administration.experiments);
    settingsRoutes(scope, operators, administration.settings);
    securityRoutes(scope, tasks, hourly);
    privacyRoutes(scope, tasks, administration);
    alertRoutes(scope, operators, alerts, administration.webhooks, bounds.clock);
    inferenceRoutes(scope, operators, administration.inference);
    inferenceTokenRoutes(scope, operators, administration.inferenceTokens);
    monitorRoutes(scope, operators, administration.monitor);
    paceRoutes(scope, tasks, administration.activePopulation);
  });
}
