"""Web pages: a demonstration app for healthcare professionals, and the trail for compliance officers.

The pages are plain files that hold no data. What they show comes through the API, with the token of whoever signed in,
so that a page can never show more than its visitor may read.
"""

from console.pages import ROUTES

__all__ = ["ROUTES"]
