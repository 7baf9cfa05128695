"""Which candidate is right-sized? The functional core: values in, values out.

Standard library, numpy and scipy only. No clock, no unseeded chance, no input or
output: the same measurements give the same recommendation, for ever.
"""
