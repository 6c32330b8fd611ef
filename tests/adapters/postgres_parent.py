"""A service reduced to its database: starts the server on the folder argv[1], says so, waits to be killed."""

import os
import sys
import time
from pathlib import Path

from service.adapters.postgres import EmbeddedPostgres

bindir = os.environ.get("EVENHAND_TEST_PG_BIN")
server = EmbeddedPostgres(Path(sys.argv[1]), bindir=Path(bindir) if bindir else None)
server.start()
for statement in sys.argv[2:]:
    sys.stdout.write(server.execute(statement) + "\n")
sys.stdout.write("serving\n")
sys.stdout.flush()
time.sleep(60)
