"""The use cases of requests, by who acts: the person, the data protection officer, the worker, the operator."""
