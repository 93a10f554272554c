"""Runs one of the Python peers and tells each of its timing windows as it comes, as a line of JSON.

    python telling.py PEERS SCRIPT FLAGS...

The peers print one line at their end. For turns that are a few seconds long, the rate is wanted while they train.
"""
import json
import os
import runpy
import sys

peers, script = sys.argv[1:3]
sys.path.insert(0, peers)

import common  # noqa: E402


class TellingClock(common.Clock):
    def tick(self, n):
        before = len(self.rates)
        super().tick(n)
        if len(self.rates) > before:
            print(json.dumps({"kind": "window", "examples_per_s": self.rates[-1]}), flush=True)


common.Clock = TellingClock
sys.argv = [script, *sys.argv[3:]]
runpy.run_path(os.path.join(peers, script), run_name="__main__")
