import { expect, it } from 'vitest';
import { cnn } from '../../../src/engine/labs/03-cnn.ts';
import { mlp } from '../../../src/engine/labs/01-mlp.ts';
import { resnet } from '../../../src/engine/labs/04-resnet.ts';
import { augmentationFields, unchangedDraws } from '../../../src/renderer/train/augmentation.ts';

it('finds the settings of each lab that change its images', () => {
  const namesOf = (lab: typeof cnn) => augmentationFields(lab.fields).map(([name]) => name);
  expect(namesOf(cnn)).toEqual(['shift', 'rotation', 'scaling']);
  expect(namesOf(resnet)).toEqual(['crop', 'flip', 'cutout', 'brightness', 'contrast']);
  expect(namesOf(mlp)).toEqual([]);
});

it('counts the draws that are the image itself', () => {
  const image = Uint8Array.of(1, 2, 3);
  expect(unchangedDraws(image, Uint8Array.of(1, 2, 3, 3, 2, 1, 1, 2, 3))).toBe(2);
  expect(unchangedDraws(image, new Uint8Array(0))).toBe(0);
});
