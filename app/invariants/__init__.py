"""Rules that must hold at every moment, looked at over the records themselves: see `app.invariants.rules`.

They trust no code of ours: each asks the tables whether what was promised is so. They change nothing.
"""
