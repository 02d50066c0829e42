export * from '@murmuration/engine';
