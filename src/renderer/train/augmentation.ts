/** The settings of a lab's form that change its training images. */
import type { ChoiceField, Fields, NumberField } from '../../shared/fields.ts';

/** The heading under which labs have them. */
export const AUGMENTATION_GROUP = 'Augmentation';

/** In the order of the form. */
export function augmentationFields(
  fields: Fields,
): readonly (readonly [name: string, field: NumberField | ChoiceField])[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    field.group === AUGMENTATION_GROUP && (field.kind === 'choice' || 'min' in field)
      ? [[name, field] as const]
      : [],
  );
}

/** How many of the draws are the image as it is stored; both in bytes, one image after the other. */
export function unchangedDraws(image: Uint8Array, draws: Uint8Array): number {
  let count = 0;
  for (let from = 0; from + image.length <= draws.length; from += image.length) {
    if (image.every((value, i) => draws[from + i] === value)) count++;
  }
  return count;
}
