/** The labs' texts, each loaded when it is read. */
import type { LabId } from '../../shared/labs.ts';
import type { LabText } from './document.ts';

const TEXTS = import.meta.glob<LabText>('../../../resources/labs/*.md', { import: 'default' });

/** The text of a lab; null where none was written. */
export async function labText(id: LabId): Promise<LabText | null> {
  return (await TEXTS[`../../../resources/labs/${id}.md`]?.()) ?? null;
}
