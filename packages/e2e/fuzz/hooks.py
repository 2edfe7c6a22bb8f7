"""What no setting of schemathesis can say."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """A lease waits for as long as its body says, which the gateway's own tests spend: here, where it may wait, not at all."""
    if case.path == "/v1/leases" and isinstance(case.body, dict) and _may_wait(case.body.get("wait")):
        case.body["wait"] = 0


def _may_wait(value):
    return type(value) in (int, float) and 0 <= value <= 30 and value == int(value)
