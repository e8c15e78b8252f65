"""`laurel openapi`."""

import click
import msgspec

from api.cli.documents import offline_app
from api.contract import corrected


@click.command("openapi")
@click.option("--json", "as_json", is_flag=True, help="Print it on one line.")
def openapi(*, as_json: bool) -> None:
    """Print the OpenAPI 3.1 document; it needs no server."""
    document = msgspec.json.encode(corrected(offline_app().openapi_schema.to_schema()), order="sorted")
    click.echo(document if as_json else msgspec.json.format(document, indent=2))
