"""The HTTP API and the command line: declarations, the way of a request, and nothing that a room should decide.

Routes declare permission, purpose and audit action in one place; the gate lets a request in, the seal lets its answer
out. ``v1`` has one file per room, ``cli`` the ``laurel`` command, ``importer`` a client of the API.
"""
