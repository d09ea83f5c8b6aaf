"""The install as a stranger meets it: real processes in production mode, nothing but the network in between."""
