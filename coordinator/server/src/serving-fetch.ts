export * from '@murmuration/serving/fetch';
