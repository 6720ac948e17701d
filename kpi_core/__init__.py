"""KPI Framework Builder's core: plain Python, no UI, no clock, no network."""
