/** One step of each recurrent cell, forward and back: derivatives are written out by hand. */
import { tf, type Tensor2D } from './tf.ts';

/** The mathematics of one step. States, the first of which is the output, are [batch, units] each. */
export interface Cell {
  /** How many states there are. */
  readonly states: number;
  /** Width of what `forward` saves for `backward`, in units. */
  readonly saves: number;
  /** Width of the projections, in units: the gates. */
  readonly gates: number;
  /** `x`: the inputs' projection, `r`: the state's, [batch, gates * units] both. */
  forward(x: Tensor2D, r: Tensor2D, states: readonly Tensor2D[]): { next: Tensor2D[]; saved: Tensor2D };
  /**
   * From the gradients of `next`: those of `x`, of `r`, and of the states other than by way of `r`. `before` and `after` are the
   * states of this step.
   */
  backward(
    gradients: readonly Tensor2D[],
    saved: Tensor2D,
    before: readonly Tensor2D[],
    after: readonly Tensor2D[],
  ): { x: Tensor2D; r: Tensor2D; states: Tensor2D[] };
}

/** h' = tanh(x + r) (Elman 1990). */
const VANILLA: Cell = {
  states: 1,
  saves: 0,
  gates: 1,
  forward: (x, r) => ({ next: [tf.tanh(tf.add(x, r))], saved: x }),
  backward([dh], _saved, _before, [h]) {
    const d = tf.mul<Tensor2D>(dh as Tensor2D, tf.sub(1, tf.square(h as Tensor2D)));
    return { x: d, r: d, states: [tf.zerosLike(d)] };
  },
};

/**
 * Gates in Keras's order: input, forget, candidate, output. c' = f c + i g, h' = o tanh(c') (Hochreiter and Schmidhuber 1997, with
 * the forget gate of Gers et al. 2000).
 */
const LSTM: Cell = {
  states: 2,
  saves: 4,
  gates: 4,
  forward(x, r, [, c]) {
    const [zi, zf, zg, zo] = tf.split(tf.add(x, r), 4, 1) as Four;
    const gates = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)] as const;
    const [i, f, g, o] = gates;
    const cell = tf.add<Tensor2D>(tf.mul(f, c as Tensor2D), tf.mul(i, g));
    return { next: [tf.mul(o, tf.tanh(cell)), cell], saved: tf.concat([...gates], 1) };
  },
  backward([dh, dc], saved, [, c], [, cell]) {
    const [i, f, g, o] = tf.split(saved, 4, 1) as Four;
    const bent = tf.tanh(cell as Tensor2D);
    const d = tf.add(dc as Tensor2D, tf.mul(tf.mul(dh as Tensor2D, o), tf.sub(1, tf.square(bent))));
    const z = tf.concat<Tensor2D>(
      [
        tf.mul(tf.mul(d, g), slope(i)),
        tf.mul(tf.mul(d, c as Tensor2D), slope(f)),
        tf.mul(tf.mul(d, i), tf.sub(1, tf.square(g))),
        tf.mul(tf.mul(dh as Tensor2D, bent), slope(o)),
      ],
      1,
    );
    return { x: z, r: z, states: [tf.zerosLike(dh as Tensor2D), tf.mul(d, f)] };
  },
};

/**
 * Gates in Keras's order: update, reset, candidate. h' = z h + (1 - z) tanh(x + reset r) (Cho et al. 2014, in the form whose reset
 * comes after the matrix product: Keras's `reset_after`, cuDNN's).
 */
const GRU: Cell = {
  states: 1,
  saves: 4,
  gates: 3,
  forward(x, r, [h]) {
    const [xz, xr, xh] = tf.split(x, 3, 1) as Three;
    const [rz, rr, rh] = tf.split(r, 3, 1) as Three;
    const update = tf.sigmoid<Tensor2D>(tf.add(xz, rz));
    const reset = tf.sigmoid<Tensor2D>(tf.add(xr, rr));
    const candidate = tf.tanh<Tensor2D>(tf.add(xh, tf.mul(reset, rh)));
    const next = tf.add<Tensor2D>(
      tf.mul(update, h as Tensor2D),
      tf.mul(tf.sub<Tensor2D>(1, update), candidate),
    );
    return { next: [next], saved: tf.concat([update, reset, candidate, rh], 1) };
  },
  backward([dh], saved, [h]) {
    const [update, reset, candidate, rh] = tf.split(saved, 4, 1) as Four;
    const d = dh as Tensor2D;
    const dUpdate = tf.mul<Tensor2D>(tf.mul(d, tf.sub(h as Tensor2D, candidate)), slope(update));
    const dCandidate = tf.mul<Tensor2D>(tf.mul(d, tf.sub(1, update)), tf.sub(1, tf.square(candidate)));
    const dReset = tf.mul<Tensor2D>(tf.mul(dCandidate, rh), slope(reset));
    return {
      x: tf.concat<Tensor2D>([dUpdate, dReset, dCandidate], 1),
      r: tf.concat<Tensor2D>([dUpdate, dReset, tf.mul(dCandidate, reset)], 1),
      states: [tf.mul(d, update)],
    };
  },
};

type Four = [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
type Three = [Tensor2D, Tensor2D, Tensor2D];

/** The derivative of a sigmoid, from its value. */
function slope(gate: Tensor2D): Tensor2D {
  return tf.mul(gate, tf.sub(1, gate));
}

export const CELLS = { vanilla: VANILLA, lstm: LSTM, gru: GRU } as const;

export type CellKind = keyof typeof CELLS;

/** How wide the projections of a cell with so many units are. */
export function projectionWidth(kind: CellKind, units: number): number {
  return CELLS[kind].gates * units;
}
