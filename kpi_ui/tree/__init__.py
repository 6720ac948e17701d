"""The KPI tree page's parts: levers, drawing, outcome, and the sections below."""
