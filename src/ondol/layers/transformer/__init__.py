"""Blocks of Transformers, and what tells them the order of a sequence."""
