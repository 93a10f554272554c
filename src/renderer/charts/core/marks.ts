/** What is drawn of the data, told once: painted on a canvas, and written as SVG for an export. Colours are names of tokens. */
import type { Ribbon } from './ribbon.ts';
import type { Vertices } from './vertices.ts';

/** A token such as "--run-1". */
export type ColourToken = string;

interface Style {
  readonly colour: ColourToken;
  /** 0 to 1. */
  readonly alpha: number;
}

interface MarkBase extends Style {
  readonly vertices: Vertices;
}

/** What lies between two lines. */
export interface AreaMark extends Style {
  readonly kind: 'area';
  readonly ribbon: Ribbon;
}

export type Mark =
  | AreaMark
  | (MarkBase & { readonly kind: 'line'; readonly width: number; readonly dash: readonly number[] })
  /** Circles with a filling of another colour: validation, and values at the foot of a log scale. */
  | (MarkBase & { readonly kind: 'rings'; readonly radius: number; readonly fill: ColourToken })
  /** The end of a line that still grows: a dot with a halo; without one, a value that no line leads to. */
  | (MarkBase & { readonly kind: 'dots'; readonly radius: number; readonly halo: number })
  /** Where a value was last finite. */
  | (MarkBase & { readonly kind: 'crosses'; readonly radius: number })
  /** Two short strokes: an interruption. */
  | (MarkBase & { readonly kind: 'breaks'; readonly radius: number })
  /** The line goes on above or below the plot. */
  | (MarkBase & { readonly kind: 'triangles'; readonly radius: number; readonly up: boolean });

/** Resolves a token to a colour that a canvas understands. */
export type Paint = (token: ColourToken) => string;

export function isArea(mark: Mark): mark is AreaMark {
  return mark.kind === 'area';
}

/** Runs along the axis, and is cut where the plot ends; other marks stand at one place. */
export function isStretched({ kind }: Mark): boolean {
  return kind === 'area' || kind === 'line';
}
