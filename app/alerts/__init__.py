"""Tells merchants: where alerts go, what is written in them, and the sends with their outcomes.

What is worth telling is decided by `app.recovery.alerts` and written by the facts that cause it, or by
`chores` where only time shows it.
"""
