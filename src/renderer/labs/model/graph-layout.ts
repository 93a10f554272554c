/** Where the layers of a model and the tensors between them are drawn: from top to bottom, the way that data flows. */
import { Graph, layout } from '@dagrejs/dagre';
import type { LayerSummary, ModelSummary } from '../../../shared/model.ts';
import { shapeText } from './layer-text.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedLayer {
  readonly layer: LayerSummary;
  /** Of its middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  /** The shape of the tensor that flows here: "26 x 26 x 32". */
  readonly text: string;
  /** Where the text's middle is. */
  readonly label: Point;
}

export interface GraphPlan {
  readonly layers: readonly PlacedLayer[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export const LAYER_HEIGHT = 42;
const LABEL_HEIGHT = 16;
const MARGIN = 16;

/**
 * Lays the model out. `widthOf` says how wide a layer's box is, `textWidthOf` how wide a text on an edge; all lengths are pixels
 * at a zoom of 1.
 */
export function layOut(
  summary: ModelSummary,
  widthOf: (layer: LayerSummary) => number,
  textWidthOf: (text: string) => number,
): GraphPlan {
  const graph = new Graph({ directed: true, multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 14, marginx: MARGIN, marginy: MARGIN });
  const byName = new Map(summary.layers.map((layer) => [layer.name, layer]));
  for (const layer of summary.layers) {
    graph.setNode(layer.name, { width: widthOf(layer), height: LAYER_HEIGHT });
  }
  const edges = summary.layers.flatMap((layer) =>
    layer.inputs.flatMap((input, place) => {
      const source = byName.get(input);
      if (source === undefined) return [];
      return [{ from: input, to: layer.name, name: String(place), text: shapeText(source.outputShape) }];
    }),
  );
  for (const { from, to, name, text } of edges) {
    // The text stands right of the line.
    const label = { width: textWidthOf(text) + 12, height: LABEL_HEIGHT, labelpos: 'r' as const };
    graph.setEdge(from, to, label, name);
  }
  layout(graph);
  // dagre leaves its results untyped; each is there once the layout is done.
  const { width, height } = graph.graph() as { width: number; height: number };
  return {
    layers: summary.layers.map((layer) => {
      const box = graph.node(layer.name) as Omit<PlacedLayer, 'layer'>;
      return { layer, x: box.x, y: box.y, width: box.width, height: box.height };
    }),
    edges: edges.map(({ from, to, name, text }) => {
      const { points, x, y } = graph.edge(from, to, name) as Point & { points: Point[] };
      return { key: `${from} ${to} ${name}`, from, to, text, points, label: { x, y } };
    }),
    width: Math.max(width, 1),
    height: Math.max(height, 1),
  };
}

/** Which layer keys lead to from `name`: down with the data, up against it, left and right among those beside it. */
export function neighbourOf(plan: GraphPlan, name: string, key: string): string | null {
  const at = plan.layers.find(({ layer }) => layer.name === name);
  if (at === undefined) return plan.layers[0]?.layer.name ?? null;
  const placed = (names: readonly string[]): PlacedLayer[] =>
    plan.layers.filter(({ layer }) => names.includes(layer.name));
  const closest = (among: readonly PlacedLayer[]): string | null =>
    [...among].sort((a, b) => Math.abs(a.x - at.x) - Math.abs(b.x - at.x))[0]?.layer.name ?? null;
  const level = plan.layers.filter((each) => each !== at && Math.abs(each.y - at.y) < LAYER_HEIGHT / 2);
  switch (key) {
    case 'ArrowDown':
      return closest(placed(plan.edges.filter(({ from }) => from === name).map(({ to }) => to)));
    case 'ArrowUp':
      return closest(placed(at.layer.inputs));
    case 'ArrowLeft':
      return closest(level.filter(({ x }) => x < at.x));
    case 'ArrowRight':
      return closest(level.filter(({ x }) => x > at.x));
    case 'Home':
      return plan.layers[0]?.layer.name ?? null;
    case 'End':
      return plan.layers.at(-1)?.layer.name ?? null;
    default:
      return null;
  }
}
