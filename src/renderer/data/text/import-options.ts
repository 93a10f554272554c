/** Choices for the import of texts, and what still has to be chosen. Pure. */
import type { TextPreview } from '../../../shared/texts.ts';

/** Stands for no column; no column can be called so, because names are trimmed. */
export const NO_COLUMN = ' ';

export const DELIMITER_NAMES: readonly { readonly value: string; readonly label: string }[] = [
  { value: ',', label: 'Comma between' },
  { value: '\t', label: 'Tab between' },
  { value: ';', label: 'Semicolon between' },
  { value: '|', label: 'Bar between' },
];

/** "Texts in review" for each column; the way out first, which an optional choice keeps. */
export function columnOptions(
  what: string,
  columns: readonly string[],
  isOptional: boolean,
): { readonly value: string; readonly label: string; readonly disabled: boolean }[] {
  return [
    { value: NO_COLUMN, label: `${what} ${isOptional ? 'no column' : '…'}`, disabled: !isOptional },
    ...columns.map((name) => ({ value: name, label: `${what} “${name}”`, disabled: false })),
  ];
}

/** Why an import cannot begin yet, or null. */
export function optionsProblem(
  preview: Pick<TextPreview, 'format' | 'classes' | 'isWhole'> | null,
  { textColumn, labelColumn }: { readonly textColumn: string | null; readonly labelColumn: string | null },
): string | null {
  if (preview === null) return 'Write the path of a file or folder of texts first.';
  if (preview.format !== 'folder') {
    if (textColumn === null) return 'Choose the column of the texts.';
    if (labelColumn === null) return 'Choose the column of the labels.';
    if (textColumn === labelColumn) return 'Texts and labels need a column each.';
  }
  return preview.isWhole && preview.classes.length === 1
    ? `All rows are of one class, “${preview.classes[0]?.name}”. There is nothing to tell apart.`
    : null;
}
