"""The clients page in parts, what is shown to people with a link, and what tells of saving."""
