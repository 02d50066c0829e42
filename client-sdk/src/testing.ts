export { storageContract } from './testing/storage.ts';
