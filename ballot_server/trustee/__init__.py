"""A teller's device in a terminal: it talks to the server over the network and holds the share."""
