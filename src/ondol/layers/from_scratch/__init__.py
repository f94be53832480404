"""Layers under the names of books that build everything from scratch: made of given arrays, driven by hand."""
