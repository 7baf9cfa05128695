"""What do the built-in models learn from?

Generated examples and examples written by hand, apart from every sample pack.
Standard library only; the same seed gives the same examples.
"""
