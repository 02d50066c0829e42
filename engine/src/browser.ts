export * from './backend/browser-backend.ts';
export type { BrowserBackend, BrowserBackendName, GraphicsBackend } from './backend/browser-backends.ts';
export * from './index.ts';
