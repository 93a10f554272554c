"""Makes reference.json: what Keras's optimizers and schedules, and the safetensors library, give for the tests beside it.

Run with Python 3.11, tensorflow-cpu 2.21.0, keras 3.15.1, numpy 2.4.6, safetensors: python make.py
"""
import base64
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
from safetensors.numpy import save

rng = np.random.default_rng(7)
START = {"w": rng.normal(size=(3, 2)).astype(np.float32), "b": rng.normal(size=(2,)).astype(np.float32)}
GRADIENTS = [{k: rng.normal(size=v.shape).astype(np.float32) for k, v in START.items()} for _ in range(6)]
O = keras.optimizers
OPTIMIZERS = {
    "sgd": O.SGD(0.05),
    "momentum": O.SGD(0.05, momentum=0.9),
    "nesterov": O.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": O.RMSprop(0.01),
    "adam": O.Adam(0.01),
    "adamw": O.AdamW(0.01, weight_decay=0.1),
}


def trajectory(optimizer):
    variables = [keras.Variable(START[k]) for k in ("w", "b")]
    optimizer.build(variables)
    out = []
    for g in GRADIENTS:
        optimizer.apply_gradients([(keras.ops.convert_to_tensor(g[k]), v) for k, v in zip(("w", "b"), variables)])
        out.append([np.array(v).ravel().tolist() for v in variables])
    return out


def tolist(d):
    return {k: v.ravel().tolist() for k, v in d.items()}


cosine = O.schedules.CosineDecay(0.1, 20, alpha=0.05)
warm = O.schedules.CosineDecay(0.0, 20, alpha=0.0, warmup_target=0.1, warmup_steps=5)
step = O.schedules.PiecewiseConstantDecay([9, 14], [0.1, 0.01, 0.001])
clip = keras.src.optimizers.base_optimizer.clip_by_global_norm([GRADIENTS[0]["w"], GRADIENTS[0]["b"]], 0.5)
file = save({"b": np.arange(3, dtype=np.int32), "a": np.array([[1.5, -2.0]], np.float32)}, {"made": "by safetensors"})
json.dump(
    {
        "versions": {"keras": keras.__version__, "numpy": np.__version__},
        "start": tolist(START),
        "gradients": [tolist(g) for g in GRADIENTS],
        "trajectories": {name: trajectory(o) for name, o in OPTIMIZERS.items()},
        "clipped": [np.array(c).ravel().tolist() for c in clip],
        "cosine": [float(cosine(i)) for i in range(25)],
        "warmUpCosine": [float(warm(i)) for i in range(27)],
        "step": [float(step(i)) for i in range(20)],
        "safetensors": base64.b64encode(file).decode(),
    },
    open(pathlib.Path(__file__).with_name("reference.json"), "w"),
)
