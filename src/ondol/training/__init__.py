"""The training loop, twice: compiled as whole epochs, and step by step in Python. Same steps, same numbers."""
