"""Layers that prepare raw inputs."""
