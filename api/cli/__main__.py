"""`python -m api.cli` is the `laurel` command."""

from api.cli import laurel

laurel(prog_name="laurel")
