"""Runs handlers of Python steps for the harness (docs/worker-protocol.md).

How it knows that a handler is parked: the event loop is ours. When nothing is ready to run, no connection is open and no
job is on a thread, all that is left are answers and timers, and both come from the harness (banister_worker/loop.py).

A module graph lives for one invocation: everything that was imported from the project is forgotten before the next, while
packages stay. What a step patches in them is put back (banister_worker/patches.py); what they keep themselves is not.
"""

import os
import platform
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.environ.pop("BANISTER_ROOT")
MOCK_PORT = int(os.environ.pop("BANISTER_MOCK_PORT"))
CA_FILE = os.environ.pop("BANISTER_CA_FILE")

if sys.version_info < (3, 9):
    # The harness refuses this version by its name; our own modules would not even compile.
    os.write(3, b'{"type":"ready","protocol":1,"runtime":"python","version":"%s","pid":%d}\n'
             % (platform.python_version().encode(), os.getpid()))
    sys.exit(0)

from banister_worker import channel, clock, escapes, network, network_foreign, randomness  # noqa: E402

sys.path.remove(HERE)

clock.install()
randomness.install()
network.install(MOCK_PORT, CA_FILE)
network_foreign.install()
escapes.install()

from banister_worker import invocation, strays  # noqa: E402

strays.install()
channel.send({
    "type": "ready",
    "protocol": 1,
    "runtime": "python",
    "version": platform.python_version(),
    "pid": os.getpid(),
})
invocation.serve(ROOT)
