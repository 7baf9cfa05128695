"""Engines: code that gets answers from a model."""
