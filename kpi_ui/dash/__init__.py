"""The dashboards page: three layers of the same figures."""
