export * from './backend/backend.ts';
export * from './index.ts';
