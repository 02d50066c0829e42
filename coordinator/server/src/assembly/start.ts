import type { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { Task } from '@murmuration/rounds/task/task';
import type { PrecomputeJob } from '@murmuration/serving/precompute/job/job';
import type { Stores } from '@murmuration/storage/storage';
import type { FirstLookPorts } from './first-look.ts';
import type { HealthPort } from './health-port.ts';

/** Settings that differ between a coordinator in production and one in a test. */
export interface CoordinatorEnvironment {
  /** Clock; by default the system's, which does not move back when it is set. */
  readonly clock?: Clock;
  /** Source of randomness; by default the system's. */
  readonly random?: RandomBytes;
  /** Draws cohorts, round ids and round tokens; by default `random`. */
  readonly roundRandom?: RandomBytes;
  /**
   * Number of threads that remove masks from a sum; 0 uses the thread that answers requests. By default, the
   * number of processors.
   */
  readonly threads?: number;
  /** Called when the coordinator waits for a storage that another one holds, before it listens. */
  readonly waiting?: () => void;
  /**
   * Called when the start of a front or a cell waits for a database that does not answer in time, with the
   * reason.
   */
  readonly unanswered?: (error: MurmurationError) => void;
  /**
   * Storage that the caller opens and closes; without it, the one that the configuration names is opened, and
   * closed at the end.
   */
  readonly storage?: Stores;
  /** Custom check of devices that enrol without a valid token, such as an attestation. */
  readonly verifyEnrolment?: EnrolmentVerifier;
  /** Jobs that compute model answers ahead of time. */
  readonly precompute?: readonly PrecomputeJob[];
}

/** Input of a role's start, in addition to its scope. */
export interface Start
  extends Pick<CoordinatorEnvironment, 'roundRandom' | 'threads' | 'verifyEnrolment' | 'precompute'>,
    Pick<FirstLookPorts, 'waits' | 'answered'> {
  readonly tasks: readonly Task[];
  readonly health: HealthPort | undefined;
}

/** Running process of any role. */
export interface Running {
  /** URL on which it listens, such as `http://127.0.0.1:8800`. */
  readonly url: string;
  /** Address on which models are served over gRPC, such as `127.0.0.1:8801`; undefined if they are not. */
  readonly grpc: string | undefined;
  /** Pauses, resumes, aborts and begins rounds on behalf of operators. */
  readonly control: RoundControl;
  /** Begins and ends training runs on behalf of operators. */
  readonly runs: RunControl;
  /** Begins the rounds; before that, devices can connect and wait. Throws `server.stopping` after `stop`. */
  start(): Promise<void>;
  /**
   * Ends the rounds under way and begins no others. Expired data is deleted when it returns; models are still
   * served.
   */
  endRounds(): Promise<void>;
}
