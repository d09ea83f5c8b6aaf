"""Lives an install's events through again, out of order, and compares what it would have done.

A developer's tool: it works in a database of its own that is thrown away, with a mail server that is pretended.
"""
