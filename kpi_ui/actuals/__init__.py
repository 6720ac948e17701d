"""The actuals page: files in, a mapping for each, a report, and what is kept."""
