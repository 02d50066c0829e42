export { type Config, loadConfig, parseConfig } from './assembly/config.ts';
export { type FetchedFront, type FetchedFrontOptions, fetchFront } from './assembly/fetched-front.ts';
export type { EnrolmentRequest, EnrolmentVerifier } from './population/enrolment.ts';
