"""The name servers of `tests/resolve` as a program, so that they can run in a namespace: name_servers.py FOLDER.

Prints the port on which they listen, and ends when its standard input does.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "resolve"))

from servers import World

if __name__ == "__main__":
    world = World(Path(sys.argv[1]))
    try:
        print(world.start(), flush=True)
        sys.stdin.read()
    finally:
        world.stop()
