"""The parts of the Python worker."""
