"""A recurrent layer on IMDB reviews in Keras, in one direction: what the peers' lab06_lstm.py has not.

The same 20,000 words and reviews as there, the last --length words of each, padded in front, and with --masked with that padding left
out; an embedding, one layer of --units, one sigmoid unit, Adam 1e-3. Run by telling.py, which puts the peers' folder on the path.
"""
import numpy as np
from common import Clock, emit, eval_n, keras_clock, parse, parser, setup_tf, subset, total_steps
from lab01_mlp import fit_arrays
from lab06_lstm import VOCAB, load


def rows(x, length):
    """The last words of each row; rows that are too short for it get more padding in front."""
    return np.pad(x, ((0, 0), (max(0, length - x.shape[1]), 0)))[:, -length:]


def run(a, data):
    _, keras, dev, ver = setup_tf(a)
    L = keras.layers
    (x, y), (xt, yt) = data
    x, xt = rows(x, a.length), rows(xt, a.length)
    xt, yt = subset(xt, yt, eval_n(a, len(xt)))
    steps, per_epoch = total_steps(a, len(x))
    cell = {"lstm": L.LSTM, "vanilla": L.SimpleRNN}[a.cell]
    model = keras.Sequential([
        keras.Input((a.length,), dtype="int32"),
        L.Embedding(VOCAB, a.embedding, mask_zero=a.masked),
        cell(a.units),
        L.Dense(1, activation="sigmoid"),
    ])
    model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy", metrics=["accuracy"],
                  jit_compile=a.framework == "keras-jit")
    fx, fy, epochs = fit_arrays(a, x, y, steps, per_epoch)
    clock = Clock(a.warmup, a.window)
    cb = keras_clock(keras, clock, a.batch)
    model.fit(fx, fy, batch_size=a.batch, epochs=epochs, verbose=0, callbacks=[cb])
    sec = clock.seconds()
    acc = model.evaluate(xt, yt, batch_size=250, verbose=0, return_dict=True)["accuracy"]
    emit(f"text_{a.cell}", a, a.framework, ver, dev, a.batch, clock.step, clock.rate(), cb.loss(),
         {"name": "test_accuracy", "value": round(float(acc), 4), "n": len(xt)}, sec,
         params=int(model.count_params()), jit=bool(model.jit_compile))


if __name__ == "__main__":
    p = parser(__doc__, frameworks=("keras", "keras-jit"), steps=40, epochs=3)
    p.set_defaults(warmup=10, window=5)
    p.add_argument("--cell", choices=("lstm", "vanilla"), default="lstm")
    p.add_argument("--length", type=int, default=200)
    p.add_argument("--embedding", type=int, default=128)
    p.add_argument("--units", type=int, default=64)
    p.add_argument("--masked", action="store_true")
    a = parse(p)
    run(a, load(a))
