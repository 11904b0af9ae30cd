"""Qpid Proton's Python binding, unmodified, against a started broker: `program.py features`, or `program.py FEATURE key=value...`."""
import json
import sys
import traceback

import connections
import exchange
import messages
import nodes
import receivers
import transactions
from peer import scene

FEATURES = {}
for module in (connections, messages, receivers, nodes, transactions):
    for name, check in vars(module).items():
        if name.startswith("check_"):
            FEATURES[name[len("check_"):].replace("_", "-")] = check

TASKS = {"send-bodies": exchange.send_bodies, "receive-bodies": exchange.receive_bodies}

CANNOT = {
    # SASL.extended() is false: Debian builds it without Cyrus SASL.
    "scram": "has no SCRAM as Debian builds it",
    "websocket": "has no WebSocket",
}


def main(task, *options):
    if task == "features":
        for feature in FEATURES:
            print("can", feature)
        for feature, reason in CANNOT.items():
            print("cannot", feature, reason)
        return 0
    for option in options:
        key, value = option.split("=", 1)
        scene[key] = value
    try:
        (FEATURES.get(task) or TASKS[task])()
    except BaseException:  # whatever ends a check is told, also what Proton raises on its own
        print(json.dumps({"feature": task, "passed": False, "why": traceback.format_exc()}))
        return 1
    print(json.dumps({"feature": task, "passed": True}))
    return 0


if __name__ == "__main__":
    # Connections that are still open end with the process; Proton's own clean-up would close them one by one.
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    import os
    os._exit(code)
