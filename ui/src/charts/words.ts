export const words = {
  marks: (marks: number) => (marks === 1 ? '1 change marked' : `${marks} changes marked`),
  table: 'As a table',
  tableOf: (title: string) => `${title}, as a table`,
};
