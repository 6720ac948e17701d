"""Where the work is kept: owners, clients' frameworks, history, snapshots and links, in SQLite or PostgreSQL.

No Streamlit and no pages in here. `Store` (kpi_store/store.py) is the way in.
"""
