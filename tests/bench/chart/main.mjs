/* global document, window, requestAnimationFrame, MessageChannel, CanvasRenderingContext2D */
/** The line chart of the app with 1,000,000 points in 10 runs, and a record of its frames; driven by ../chart.mjs. */
import '@fontsource-variable/ibm-plex-sans/wght.css';
import '../../../src/renderer/theme/tokens.css';
import '../../../src/renderer/theme/base.css';
import { mount } from 'svelte';
import LineChart from '../../../src/renderer/charts/LineChart.svelte';

const RUNS = 10;
const POINTS = 100_000;

/** Repeatable numbers from 0 to 1 (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Losses as training has them: a fall, noise that falls with it, a spike each. */
function makeRun(run) {
  const next = random(run + 1);
  const step = new Float64Array(POINTS);
  const value = new Float64Array(POINTS);
  const time = new Float64Array(POINTS);
  for (let i = 0; i < POINTS; i++) {
    const noise = Math.exp((next() + next() + next() - 1.5) * 0.9);
    step[i] = i + 1;
    time[i] = 1.7e12 + i * 10;
    value[i] = (2.3 * Math.exp(-i / (3000 + 1500 * run)) + 0.03 * (run + 1)) * noise;
  }
  value[7000 * (run + 2)] = 4;
  return {
    id: `run ${run}`,
    label: `Run ${run + 1}`,
    detail: `lr ${(run + 1) / 100}`,
    colour: `--run-${(run % 8) + 1}`,
    dash: run < 8 ? '' : '6 3',
    stepsPerEpoch: 938,
    startedAt: 1.7e12,
    mark: 'line',
    live: false,
    points: { length: POINTS, step, value, time, resumedAt: [], version: 1, generation: 1 },
  };
}

const series = Array.from({ length: RUNS }, (_, run) => makeRun(run));
const target = document.getElementById('app');
const params = new URL(window.location.href).searchParams;
target.style.cssText = 'height: 100vh; padding: 16px; background: var(--surface)';
const spec = {
  x: 'step',
  xScale: 'linear',
  yScale: params.get('y') ?? 'log',
  smoothing: Number(params.get('smoothing') ?? 0.6),
};

let draws = 0;
const { clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.clearRect = function (...box) {
  draws++;
  clearRect.apply(this, box);
};

/** Milliseconds from nothing to the first frame that shows the lines. */
window.firstPaint = async () => {
  await document.fonts.ready;
  const start = performance.now();
  mount(LineChart, { target, props: { title: 'Loss', meaning: 'cross-entropy', series, spec } });
  for (;;) {
    await new Promise((done) => requestAnimationFrame(done));
    // A message arrives after the frame was handed on to be shown.
    await new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = done;
      port2.postMessage(null);
    });
    if (draws > 0) return performance.now() - start;
  }
};

let frames = [];
let recording = false;
window.record = () => {
  frames = [];
  draws = 0;
  recording = true;
  const frame = (time) => {
    frames.push(time);
    if (recording) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

/** Times between frames in ms, and how often the chart was drawn. */
window.stop = () => {
  recording = false;
  return { frames: frames.slice(1).map((time, i) => time - frames[i]), draws };
};

window.ready = true;
