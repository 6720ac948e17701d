"""The benchmarks page's parts: filters, the overview, one metric's sources, and its target."""
