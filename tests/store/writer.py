"""A process that saves until it is killed, and says each version once it is saved."""

import json
import random
import sys

from kpi_store.place import usable
from kpi_store.records import Owner
from kpi_store.store import Store


def noise(number: int) -> str:
    """A text for that version which does not shrink much when packed."""
    return random.Random(number).randbytes(20_000).hex()


if __name__ == "__main__":
    store, owner = Store(usable(sys.argv[1])), Owner.of_cookie("k" * 43)
    now = store.create(owner, "", "Plan", json.dumps({"version": 1, "text": ""}))
    print(now.id, flush=True)
    while True:
        number = now.version + 1
        text = json.dumps({"version": number, "text": noise(number)})
        result = store.save(owner, now.id, text, based_on=now.version, label=f"To {number}")
        now = getattr(result, "current", result)
        print(now.version, flush=True)
