"""`python -m api.cli` is the `laurel` command."""

from api.cli import laurel

if __name__ == "__main__":  # worker processes import this module again
    laurel(prog_name="laurel")
