// What the dashboards of Grafana are made of.
import * as common from '@grafana/grafana-foundation-sdk/common';
import { QueryVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';

const source = { type: 'prometheus', uid: '$datasource' };
/** Over how much time rates are taken. */
export const range = '$__rate_interval';
/** All of the time that a reader has chosen. */
export const shown = '$__range';

/**
 * A panel's queries: each an expression with the legend of its series.
 * @typedef {readonly (readonly [expression: string, legend: string])[]} Queries
 */

/**
 * @template {stat.PanelBuilder | timeseries.PanelBuilder} Panel
 * @param {Panel} panel
 * @param {string} title
 * @param {string} description
 * @param {string} unit one of Grafana's
 * @param {Queries} queries
 * @returns {Panel}
 */
function filled(panel, title, description, unit, queries) {
  panel.title(title).description(description).unit(unit).datasource(source);
  for (const [expression, legend] of queries)
    panel.withTarget(new DataqueryBuilder().expr(expression).legendFormat(legend).datasource(source));
  return panel;
}

/**
 * One number, as it is now.
 * @param {string} title
 * @param {string} description
 * @param {string} unit
 * @param {string} expression
 */
export function number(title, description, unit, expression) {
  const panel = new stat.PanelBuilder()
    .height(4)
    .span(4)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  return filled(panel, title, description, unit, [[expression, '']]);
}

/**
 * Lines over time, two panels a row.
 * @param {string} title
 * @param {string} description
 * @param {string} unit
 * @param {...(readonly [expression: string, legend: string])} queries
 */
export function lines(title, description, unit, ...queries) {
  const panel = new timeseries.PanelBuilder()
    .height(8)
    .span(12)
    .min(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    );
  return filled(panel, title, description, unit, queries);
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} query
 */
export function variable(name, label, query) {
  return new QueryVariableBuilder(name)
    .label(label)
    .query(query)
    .datasource(source)
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all' });
}
