import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { GateDecision, GateDecisionStore } from '../../registry/gate-decisions.ts';
import { appendEntries } from './audit.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** Decisions of gates as rows. */
export function sqlGateDecisions({ rows, writer }: RowDatabase): GateDecisionStore {
  return {
    async put({ task, number, ...rest }, entries = []) {
      const values = { model: rest.model, decision: toJson(rest) };
      await writer.write(async changes => {
        await changes
          .insertInto('gate_decisions')
          .values({ task, number, ...values })
          .onConflict(conflict => conflict.columns(['task', 'number']).doUpdateSet(values))
          .execute();
        await appendEntries(changes, entries);
      });
    },

    async of(task, numbers) {
      if (numbers.length === 0) return new Map();
      const found = await rows
        .selectFrom('gate_decisions')
        .select(['number', 'decision'])
        .where('task', '=', task)
        .where('number', 'in', numbers)
        .execute();
      return new Map(
        found.map(({ number, decision }): [number, GateDecision] => [
          number,
          { task, number, ...fromJson<Omit<GateDecision, 'task' | 'number'>>(decision) },
        ]),
      );
    },

    async retain(models) {
      await writer.write(async database => {
        const found = await database.selectFrom('gate_decisions').select('model').distinct().execute();
        for (const { model } of found)
          if (!models.has(model as ModelHash))
            await database.deleteFrom('gate_decisions').where('model', '=', model).execute();
      });
    },
  };
}
