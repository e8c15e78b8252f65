"""`laurel rules`: whether a file of rules can be used, and whether people have what the rules give."""

from pathlib import Path

import click
import msgspec

from api.cli.rebuilding import rebuild
from gamification import load, text_problems

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("rules")
def rules() -> None:
    """Rules of campaigns and programmes."""


rules.add_command(rebuild)


@rules.command("check")
@click.argument("file", type=FILE)
@click.option("--beside", type=FILE, help="The programme that a campaign's rules stand beside and may refer to.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(file: Path, beside: Path | None, *, as_json: bool) -> None:
    """Read FILE (YAML or JSON) and name everything that is wrong with it; one that has levels is a whole programme.

    It needs no server and keeps nothing. The exit status is 1 where something is wrong.
    """
    programme = load(_text(beside)) if beside else None
    problems = text_problems(_text(file), programme)
    if as_json:
        click.echo(msgspec.json.encode({"valid": not problems, "problems": problems}))
    else:
        for problem in problems:
            click.echo(f"{file}: {problem}")
        click.echo(f"{file}: {f'{len(problems)} problems' if problems else 'these rules can be used'}.")
    if problems:
        raise SystemExit(1)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} isn't UTF-8: save it as UTF-8.") from None
