export const words = {
  table: 'As a table',
  tableOf: (title: string) => `${title}, as a table`,
};
