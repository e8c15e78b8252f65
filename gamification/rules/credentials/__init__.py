"""Open Badges 3.0 as pure functions: what a badge says, how it is proven, carried in a picture, and judged."""
