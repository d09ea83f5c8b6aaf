import pytest

# Before anything imports it: a failed assertion of the channels' contract tells its values.
pytest.register_assert_rewrite("notifiers.testing")
