"""Consent receipts: what a person agreed to, to be proved without us."""
