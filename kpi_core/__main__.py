"""`python -m kpi_core` is the `kpi` command."""

import sys

from kpi_core.cli import main

sys.exit(main())
