import type { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
import type { RoundControl } from '@murmuration/rounds/rounds/round-control';
import type { Task } from '@murmuration/rounds/task/task';
import type { PrecomputeJob } from '@murmuration/serving/precompute/job/job';
import type { Storage } from '@murmuration/storage/storage';
import type { FirstLookPorts } from './first-look.ts';
import type { HealthPort } from './health-port.ts';

/** What differs between a coordinator in production and one in a test. */
export interface CoordinatorEnvironment {
  /** The system's by default, which no setting of it moves back. */
  readonly clock?: Clock;
  /** The system's by default. */
  readonly random?: RandomBytes;
  /** Draws cohorts, and makes ids and tokens of rounds; by default `random` does. */
  readonly roundRandom?: RandomBytes;
  /** Threads that take masks off a sum, 0 for the one that answers requests; by default as many as there are processors. */
  readonly threads?: number;
  /** Called where the coordinator waits for a storage that another one has, before it listens. */
  readonly waiting?: () => void;
  /** Called where the start of a front or a cell waits for a database that does not answer in time; `error` says how. */
  readonly unanswered?: (error: MurmurationError) => void;
  /** Opened and closed by the caller; without it, the storage that the configuration names is opened, and closed at the end. */
  readonly storage?: Storage;
  /** An app's own check of devices that enrol without a right token, such as an attestation. */
  readonly verifyEnrolment?: EnrolmentVerifier;
  /** Jobs that compute what models answer ahead of time. */
  readonly precompute?: readonly PrecomputeJob[];
}

/** What a role starts with, beside its scope. */
export interface Start
  extends Pick<CoordinatorEnvironment, 'roundRandom' | 'threads' | 'verifyEnrolment' | 'precompute'>,
    Pick<FirstLookPorts, 'waits' | 'answered'> {
  readonly tasks: readonly Task[];
  readonly health: HealthPort | undefined;
}

/** What a process does by its role. */
export interface Running {
  /** Where it listens, such as `http://127.0.0.1:8800`. */
  readonly url: string;
  /** Where its models are asked over gRPC, such as `127.0.0.1:8801`; undefined: nowhere. */
  readonly grpc: string | undefined;
  /** Pauses, resumes, aborts and begins rounds, as operators do. */
  readonly control: RoundControl;
  /** Begins and ends training runs, as operators do. */
  readonly runs: RunControl;
  /** Begins the rounds; until then devices can connect and wait. Throws `server.stopping` after `stop`. */
  start(): Promise<void>;
  /** Ends the rounds under way and begins no others; what is old is deleted when it returns, and models are served on. */
  endRounds(): Promise<void>;
}
