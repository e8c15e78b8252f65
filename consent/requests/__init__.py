"""People's requests about their data: asked, handled, done step by step; packages, erasures, retention."""
