"""`tilescope schema`: what a run file holds."""

from __future__ import annotations

from tilescope.cli.ending import plain_ending


@plain_ending
def schema() -> None:
    """Print the JSON Schema of the run file."""
    import json

    from tilescope.runs.models import json_schema

    print(json.dumps(json_schema(), indent=2))
