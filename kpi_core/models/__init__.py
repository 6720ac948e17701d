"""The documents: frozen pydantic models of everything a framework file holds."""
