"""Measures the figures of the design side by side in one run, so that they are ratios and not a machine's mood."""
