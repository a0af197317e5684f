#!/usr/bin/env bash
# flwr_message_outside_task
# Packages: flwr==1.42.0
#
# Expected: a ClientApp can be tried by itself: `flwr.app.Message(content, dst_node_id, message_type)`,
# the documented signature, makes the message that it is called with.
# Seen: RuntimeError "TaskIdentity.run_id is not set.", from outside of a task that Flower runs. After
# flwr.supercore.task_identity.TaskIdentity has a task, a run and a node, none of which is in the
# documentation of messages, the same call works and the ClientApp answers.
# Why it matters to a GAN user: a client's training step cannot be tested without a server, a node and
# a run; the error names nothing that the user wrote.
set -euo pipefail

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install -qq --disable-pip-version-check flwr==1.42.0

cat > check.py <<'PY'
import flwr
from flwr.app import Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

print("flwr", flwr.__version__)
app = ClientApp()


@app.train()
def train(message, context):
    return Message(content=RecordDict({"metrics": MetricRecord({"num-examples": 3})}), reply_to=message)


def asked():
    return Message(content=RecordDict(), dst_node_id=1, message_type="train")


try:
    asked()
except RuntimeError as error:
    print("outside of a task:", type(error).__name__, error)
    assert "run_id is not set" in str(error)
else:
    raise SystemExit("the message was made: this has changed")

from flwr.supercore.task_identity import TaskIdentity

TaskIdentity.task_id = TaskIdentity.run_id = TaskIdentity.node_id = 1
context = Context(run_id=1, node_id=1, node_config={}, state=RecordDict(), run_config={})
reply = app(asked(), context)
print("with an identity:", dict(reply.content.metric_records["metrics"]))
assert reply.content.metric_records["metrics"]["num-examples"] == 3
PY
venv/bin/python check.py
