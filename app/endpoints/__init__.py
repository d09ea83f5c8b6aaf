"""Webhooks to merchants' own programs: the addresses they name, and the sends with retry and log.

What is worth telling is decided by `app.recovery.announced` and written by `app.cases.announcing`, with the
change itself. Every send is signed as Standard Webhooks says, at least once, under one id.
"""
