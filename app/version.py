"""The release, in one place: setup.cfg, the demo page and the logs read it."""

VERSION = "0.1.0"
