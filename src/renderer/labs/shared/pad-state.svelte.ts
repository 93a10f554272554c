/** The drawing: it stays while another view or tab is looked at, for as long as the window lives. */
import { EMPTY_DRAWING, type Drawing } from './drawing.ts';

class PadState {
  drawing: Drawing = $state.raw(EMPTY_DRAWING);
  /** Radius of the brush in pixels of the image; MNIST's pens were about this wide. */
  radius = $state(1);
  /** Scale and centre a drawing as MNIST's authors did. */
  isPlaced = $state(true);
  /** The example that the drawing began with: "test-123"; its class by name. */
  example: string | null = $state(null);
  exampleClass: string | null = $state(null);
  /** The file's name, where it began with a person's own picture. */
  picture: string | null = $state(null);
}

export const pad = new PadState();
