export * from './backend/browser-backend.ts';
export * from './index.ts';
