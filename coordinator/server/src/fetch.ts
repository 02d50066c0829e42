export type { EnrolmentRequest, EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
export { type Config, loadConfig, parseConfig } from './assembly/config.ts';
export { type FetchedFront, type FetchedFrontOptions, fetchFront } from './assembly/fetched-front.ts';
