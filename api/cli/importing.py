"""`laurel import`: datasets through the API, and what an operator publishes: rules and notices."""

import asyncio
from pathlib import Path

import click

import consent
import gamification
from api.cli.environment import command_origin, opened, servers
from api.cli.migrating import migrated
from api.importer.command import import_oulad
from api.importer.consents import import_consents
from api.runtime import Runtime
from consent.values import NewNotice
from consent.vocabulary import Purpose
from kernel.settings import Settings


@click.group("import")
def importing() -> None:
    """Bring in datasets, consents, rules and notices."""


importing.add_command(import_oulad)
importing.add_command(import_consents)


@importing.command("rules")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_rules(file: Path) -> None:
    """Publish the rule set in FILE (YAML) as a new immutable version."""
    with servers() as settings:
        version = asyncio.run(_published(settings, file))
    click.echo(f"Version {version} of the rules is in force.")


@importing.command("notices")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--version", type=click.IntRange(1), default=1, show_default=True, help="Their version number.")
@click.option("--locale", default="en", show_default=True, help="Their language.")
@click.option("--market", help="Their market (ISO 3166-1 alpha-2); otherwise every market without its own.")
def import_notices(folder: Path, version: int, locale: str, market: str | None) -> None:
    """Publish the notices in DIR: one Markdown file per purpose, named like it."""
    with servers() as settings:
        count = asyncio.run(_notices_published(settings, folder, version, locale, market))
    click.echo(f"{count} notices are active.")


async def _published(settings: Settings, file: Path) -> int:
    await migrated(settings)
    async with opened(settings) as runtime:
        return await publish_rules(runtime, file)


async def _notices_published(settings: Settings, folder: Path, version: int, locale: str, market: str | None) -> int:
    await migrated(settings)
    async with opened(settings) as runtime:
        return await publish_notices(runtime, folder, version, locale, market)


async def publish_rules(runtime: Runtime, file: Path) -> int:
    """Publish a rule set and return its version."""
    async with runtime.work.begin(command_origin("import rules")) as uow:
        return (await gamification.publish_rules(uow, _text_of(file))).version


async def publish_notices(
    runtime: Runtime, folder: Path, version: int = 1, locale: str = "en", market: str | None = None
) -> int:
    """Publish one notice per Markdown file and return how many there are."""
    files = sorted(folder.glob("*.md"))
    purposes = {purpose.value for purpose in consent.CONSENT_PURPOSES}
    strangers = [file.name for file in files if file.stem not in purposes]
    if strangers or not files:
        found = f"has {', '.join(strangers)}" if strangers else "has no Markdown file"
        known = ", ".join(sorted(purposes))
        message = f"{folder} {found}; a notice is named after its purpose, one of {known}."
        raise click.ClickException(message)
    async with runtime.work.begin(command_origin("import notices")) as uow:
        for file in files:
            new = NewNotice(
                purpose=Purpose(file.stem), version=version, locale=locale, market=market, text=_text_of(file)
            )
            await consent.publish_notice(uow, new)
    return len(files)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} can't be read as UTF-8 text ({type(error).__name__})."
        raise click.ClickException(message) from None
