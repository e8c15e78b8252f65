"""The `laurel` command line."""

from typing import Any

import click
from typing_extensions import override

from api.cli.access import access
from api.cli.audit import audit
from api.cli.badge import badge
from api.cli.campaigns import campaign
from api.cli.consent import consent
from api.cli.demo import demo
from api.cli.environment import failing
from api.cli.importing import importing
from api.cli.keys import keys
from api.cli.migrating import migrate
from api.cli.openapi import openapi
from api.cli.policy import policy
from api.cli.privacy import privacy
from api.cli.rules import rules
from api.cli.serving import serve, worker
from api.cli.transfers import tov
from kernel.errors import LaurelError


class Group(click.Group):
    """Turns every refusal into one line and a non-zero exit status: no traceback for the person at the terminal."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LaurelError as error:
            raise failing(error) from None


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", prog_name="laurel")
def laurel() -> None:
    """Gamified engagement for healthcare professionals, behind a privacy layer."""


for each in (
    demo,
    serve,
    worker,
    migrate,
    importing,
    audit,
    access,
    badge,
    campaign,
    consent,
    keys,
    policy,
    privacy,
    rules,
    tov,
    openapi,
):
    laurel.add_command(each)
