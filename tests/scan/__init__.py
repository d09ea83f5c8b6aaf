"""Foreign scanners let loose on a real install in production mode: `make scan`. Not a part of the tests."""
