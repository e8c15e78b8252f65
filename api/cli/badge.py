"""`laurel badge`: what a badge is worth, judged with this installation's own keys and no network."""

import asyncio
import os
from pathlib import Path

import click
import msgspec

import gamification
from api.cli.environment import command_origin, opened, servers, settings_of
from api.runtime import badge_issuer
from gamification import Verdict
from gamification.values import Judgement
from kernel.clock import SystemClock
from kernel.keys import load_keys
from kernel.settings import Settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("badge")
def badge() -> None:
    """Badges that left the house."""


@badge.command("verify")
@click.argument("file", type=FILE)
@click.option(
    "--status-list",
    type=FILE,
    help="The badge's status list, as it was fetched; otherwise the database is asked what became of the award.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the judgement as JSON.")
def verify(file: Path, status_list: Path | None, *, as_json: bool) -> None:
    """Judge the badge in FILE (JSON, token, PNG or SVG); exit status 1 for anything but a valid one."""
    presented = file.read_bytes()
    if status_list is not None:
        settings = settings_of(os.environ)
        judgement = _judged_by_list(settings, presented, status_list.read_text(encoding="utf-8", errors="replace"))
    else:
        with servers() as settings:
            judgement = asyncio.run(_judged(settings, presented))
    if as_json:
        click.echo(msgspec.json.encode(judgement))
    else:
        name = f" {judgement.name!r}" if judgement.name else ""
        click.echo(f"{judgement.verdict.value.upper()}:{name} ({judgement.reason})")
    if judgement.verdict is not Verdict.VALID:
        raise SystemExit(1)


def _judged_by_list(settings: Settings, presented: bytes, status_list: str) -> Judgement:
    issuer = badge_issuer(settings, load_keys(settings))
    return gamification.judge_badge(issuer, presented, status_list.strip(), SystemClock().now())


async def _judged(settings: Settings, presented: bytes) -> Judgement:
    async with opened(settings) as runtime, runtime.work.read(command_origin("badge verify")) as uow:
        return await gamification.verify_badge(uow, runtime.badge_issuer, presented)
