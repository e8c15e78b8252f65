"""The shared kernel: what every room stands on, without a word of any room's subject.

It holds settings, clock, ids, canonical bytes, cryptography, the database engine with its unit of work, the outbox,
the cache and the log. Whatever knows what a point, a consent or a role is does not belong here.
"""
