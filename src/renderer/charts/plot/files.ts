/** Items and their variables as CSV and as a table. */
import { csvParts } from '../core/csv.ts';
import type { TableSource } from '../core/table.ts';
import { formatNumber, formatPercent } from '../../format.ts';
import type { Item } from './item.ts';
import { categoriesOf, type Value, type Variable } from './variable.ts';

export function valueText({ unit }: Pick<Variable, 'unit'>, value: Value | undefined): string {
  if (typeof value === 'string') return value;
  return unit === 'share' ? formatPercent(value ?? null) : formatNumber(value ?? null);
}

export function itemsCsv(items: readonly Item[], variables: readonly Variable[]): string[] {
  return csvParts(
    ['name', ...variables.map(({ label }) => label)],
    items.map(({ label }, index) => [label, ...variables.map(({ values }) => values[index] ?? '')]),
  );
}

export function itemsTable(items: readonly Item[], variables: readonly Variable[]): TableSource {
  return {
    columns: [
      { name: 'Name', numeric: false },
      ...variables.map(({ label, values }) => ({ name: label, numeric: categoriesOf(values) === null })),
    ],
    rows: items.length,
    cell(row, column) {
      if (column === 0) return items[row]?.label ?? '';
      const variable = variables[column - 1];
      return variable === undefined ? '' : valueText(variable, variable.values[row]);
    },
  };
}
