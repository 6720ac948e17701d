"""The client room: four screens that tell a framework to a client."""
