import { describe, expect, it } from 'vitest';
import {
  LAYER_HEIGHT,
  layOut,
  neighbourOf,
  type PlacedLayer,
} from '../../../../src/renderer/labs/model/graph-layout.ts';
import {
  beginGraph,
  fitGraph,
  MOST_ZOOM,
  moveGraph,
  revealBox,
  zoomGraph,
  type GraphView,
} from '../../../../src/renderer/labs/model/graph-view.ts';
import {
  boxText,
  flopsText,
  settingRows,
  shapeText,
} from '../../../../src/renderer/labs/model/layer-text.ts';
import { inLayerOrder } from '../../../../src/renderer/labs/model/layer-order.ts';
import type { LayerSummary, ModelSummary } from '../../../../src/shared/model.ts';

function layer(name: string, inputs: string[], outputShape: (number | null)[] = [4]): LayerSummary {
  return { name, kind: 'Dense', inputs, outputShape, weights: [], parameters: 0, flops: 0, settings: {} };
}
const model = (layers: LayerSummary[]): ModelSummary => ({ layers, parameters: 0, trainable: 0, flops: 0 });

/** A residual block: the sum takes the input and what two layers made of it. */
const block = model([
  layer('input', [], [28, 28, 1]),
  layer('conv1', ['input'], [28, 28, 8]),
  layer('conv2', ['conv1'], [28, 28, 8]),
  layer('shortcut', ['input'], [28, 28, 8]),
  layer('add', ['conv2', 'shortcut'], [28, 28, 8]),
]);
const plan = layOut(
  block,
  () => 120,
  (text) => 6 * text.length,
);
const at = (name: string): PlacedLayer => {
  const found = plan.layers.find((each) => each.layer.name === name);
  if (found === undefined) throw new Error(`no layer ${name}`);
  return found;
};

describe('the graph of a model', () => {
  it('has every layer below all that it gets its inputs from', () => {
    for (const { layer: each, y } of plan.layers) {
      for (const input of each.inputs) expect(y - at(input).y).toBeGreaterThanOrEqual(LAYER_HEIGHT);
    }
  });

  it('has no boxes over each other, and all of them within its size', () => {
    for (const a of plan.layers) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width / 2).toBeLessThanOrEqual(plan.width);
      expect(a.y + a.height / 2).toBeLessThanOrEqual(plan.height);
      for (const b of plan.layers) {
        if (a === b) continue;
        const isApart = Math.abs(a.x - b.x) >= 120 || Math.abs(a.y - b.y) >= LAYER_HEIGHT;
        expect(isApart, `${a.layer.name} and ${b.layer.name}`).toBe(true);
      }
    }
  });

  it('has a line for every input, with the shape that flows there', () => {
    expect(plan.edges.map(({ from, to, text }) => [from, to, text])).toEqual([
      ['input', 'conv1', '28 x 28 x 1'],
      ['conv1', 'conv2', '28 x 28 x 8'],
      ['input', 'shortcut', '28 x 28 x 1'],
      ['conv2', 'add', '28 x 28 x 8'],
      ['shortcut', 'add', '28 x 28 x 8'],
    ]);
    for (const { from, to, points } of plan.edges) {
      expect(points[0]?.y).toBeCloseTo(at(from).y + LAYER_HEIGHT / 2, 0);
      expect(points.at(-1)?.y).toBeCloseTo(at(to).y - LAYER_HEIGHT / 2, 0);
    }
  });

  it('draws two lines where a layer takes the same tensor twice', () => {
    const twice = layOut(
      model([layer('a', []), layer('b', ['a', 'a'])]),
      () => 80,
      () => 30,
    );
    expect(twice.edges).toHaveLength(2);
    expect(new Set(twice.edges.map(({ key }) => key)).size).toBe(2);
  });

  it('of a hundred layers in a row takes no time to speak of, and of none is empty', () => {
    const long = model(Array.from({ length: 100 }, (_, i) => layer(`l${i}`, i === 0 ? [] : [`l${i - 1}`])));
    const started = performance.now();
    expect(
      layOut(
        long,
        () => 120,
        () => 40,
      ).layers,
    ).toHaveLength(100);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(
      layOut(
        model([]),
        () => 1,
        () => 1,
      ),
    ).toMatchObject({ layers: [], edges: [] });
  });

  it('is walked by keys: with the data, against it, and from side to side', () => {
    expect(neighbourOf(plan, 'conv1', 'ArrowDown')).toBe('conv2');
    expect(neighbourOf(plan, 'add', 'Home')).toBe('input');
    expect(neighbourOf(plan, 'input', 'End')).toBe('add');
    expect(neighbourOf(plan, 'input', 'ArrowUp')).toBeNull();
    expect(neighbourOf(plan, 'add', 'ArrowDown')).toBeNull();
    expect(['conv2', 'shortcut']).toContain(neighbourOf(plan, 'add', 'ArrowUp'));
    expect(neighbourOf(plan, 'gone', 'ArrowDown')).toBe('input');
    expect(neighbourOf(plan, 'input', 'x')).toBeNull();
    const beside = plan.layers.find(
      (each) => each.layer.name !== 'shortcut' && Math.abs(each.y - at('shortcut').y) < LAYER_HEIGHT / 2,
    );
    if (beside !== undefined) {
      const key = beside.x < at('shortcut').x ? 'ArrowLeft' : 'ArrowRight';
      expect(neighbourOf(plan, 'shortcut', key)).toBe(beside.layer.name);
    }
  });
});

describe('the view of a graph', () => {
  const drawing = { width: 400, height: 1000 };
  const size = { width: 600, height: 500 };
  const shown = ({ zoom, x, y }: GraphView, point: { x: number; y: number }) => ({
    x: point.x * zoom + x,
    y: point.y * zoom + y,
  });

  it('shows all of it in the middle, and nothing larger than it is', () => {
    expect(fitGraph(drawing, size)).toEqual({ zoom: 0.5, x: 200, y: 0 });
    expect(fitGraph({ width: 100, height: 100 }, size)).toEqual({ zoom: 1, x: 250, y: 200 });
  });

  it('begins where a tall one can be read', () => {
    expect(beginGraph(drawing, size)).toEqual({ zoom: 1, x: 100, y: 0 });
    expect(beginGraph({ width: 100, height: 100 }, size)).toEqual(
      fitGraph({ width: 100, height: 100 }, size),
    );
  });

  it('keeps the point under the pointer while it zooms, within its bounds', () => {
    const before: GraphView = { zoom: 1, x: 40, y: -70 };
    const after = zoomGraph(before, 1.7, { x: 300, y: 200 });
    // The point of the drawing that was at 300, 200.
    const kept = shown(after, { x: 260, y: 270 });
    expect(kept.x).toBeCloseTo(300, 9);
    expect(kept.y).toBeCloseTo(200, 9);
    expect(zoomGraph(before, 1e9, { x: 0, y: 0 }).zoom).toBe(MOST_ZOOM);
  });

  it('cannot be pushed out of sight', () => {
    const far = moveGraph({ zoom: 1, x: 0, y: 0 }, -1e6, 1e6, drawing, size);
    expect(far.x + drawing.width).toBeGreaterThan(0);
    expect(far.y).toBeLessThan(size.height);
  });

  it('moves to a layer that cannot be seen, and not for one that can', () => {
    const view: GraphView = { zoom: 1, x: 100, y: 0 };
    const box = { x: 200, y: 900, width: 120, height: 40 };
    const moved = revealBox(view, box, size);
    expect(shown(moved, { x: 200, y: 920 }).y).toBeLessThanOrEqual(size.height);
    expect(shown(moved, { x: 200, y: 880 }).y).toBeGreaterThanOrEqual(0);
    expect(revealBox(moved, box, size)).toEqual(moved);
  });
});

describe('a layer in words', () => {
  it('has its shape and what was set', () => {
    expect(shapeText([26, 26, 32])).toBe('26 x 26 x 32');
    expect(shapeText([null, 8])).toBe('any x 8');
    const settings = {
      filters: 32,
      kernelSize: '3 x 3',
      strides: '1 x 1',
      padding: 'valid',
      activation: 'relu',
      useBias: true,
    };
    expect(boxText({ settings })).toBe('32, 3 x 3, relu');
    expect(boxText({ settings: { ...settings, strides: '2 x 2', activation: 'linear' } })).toBe(
      '32, 3 x 3, stride 2 x 2',
    );
    expect(boxText({ settings: { poolSize: '2 x 2', strides: '2 x 2' } })).toBe('2 x 2');
    expect(settingRows({ settings: { rate: 0.25, useBias: true } })).toEqual([
      { name: 'Rate', value: '0.25' },
      { name: 'Bias', value: 'yes' },
    ]);
  });

  it('comes with its tensors before those of later layers', () => {
    const weights = (...names: string[]) => names.map((name) => ({ name, shape: [1], trainable: true }));
    const summary = model([
      { ...layer('stem', []), weights: weights('stem/kernel', 'stem/bias') },
      { ...layer('conv', ['stem']), weights: weights('conv/kernel') },
    ]);
    const given = ['conv/kernel', 'other', 'stem/bias', 'stem/kernel'].map((tensor) => ({ tensor }));
    expect(inLayerOrder(given, summary).map(({ tensor }) => tensor)).toEqual([
      'stem/kernel',
      'stem/bias',
      'conv/kernel',
      'other',
    ]);
    expect(inLayerOrder(given, null)).toEqual(given);
  });

  it('has its cost in short', () => {
    expect([0, 9999, 830_000, 1_234_567, 2.5e9, null].map(flopsText)).toEqual([
      '0',
      '9,999',
      '830 k',
      '1.23 M',
      '2.50 G',
      '–',
    ]);
  });
});
