"""Write docs/commands.md, and the list of commands in README.md, from the command line itself.

python -m tools.command_docs
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from edge_er.cli.app import app
from tools.documents import REPOSITORY, replace_section


def commands(command: Any = None, words: tuple[str, ...] = ("edge-er",)) -> Iterator[tuple[str, Any]]:
    """Every command with its words, such as "edge-er train teacher"."""
    command = typer.main.get_command(app) if command is None else command
    inner = getattr(command, "commands", None)
    if not inner:
        yield " ".join(words), command
        return
    for name, each in inner.items():
        yield from commands(each, (*words, name))


def usage(words: str, command: Any) -> str:
    """The command with its arguments and the options it cannot do without."""
    needed = [
        _metavar(each) if each.param_type_name == "argument" else f"{each.opts[0]} {_metavar(each)}"
        for each in command.params
        if each.required
    ]
    return " ".join([words, *needed])


def short_list() -> str:
    """The commands one by one, as README.md has them."""
    rows = [f"| `{usage(words, command)}` | {_help(command)} |" for words, command in commands()]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])


def reference() -> str:
    """The text of docs/commands.md: every command with every option."""
    parts = [
        "# Commands",
        "Made by `python -m tools.command_docs` from the command line itself; `edge-er COMMAND --help` says the same. "
        "`python -m edge_er` is the same program.",
    ]
    for words, command in commands():
        options = [each for each in command.params if each.param_type_name == "option"]
        rows = [f"| {_names(each)} | {_help(each)} | {_default(each)} |" for each in options]
        parts += [f"## {words}", _help(command), f"```text\n{usage(words, command)} [options]\n```"]
        if rows:
            parts.append("\n".join(["| option | | default |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def documents() -> dict[Path, str]:
    """What both files should hold."""
    readme = REPOSITORY / "README.md"
    return {
        readme: replace_section(readme.read_text(encoding="utf-8"), "commands", short_list()),
        REPOSITORY / "docs" / "commands.md": reference(),
    }


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper().replace("_", "-"))


def _names(option: Any) -> str:
    names = "/".join((*option.opts, *option.secondary_opts))
    return (
        f"`{names}`" if option.is_flag else f"`{names} {_metavar(option)}`{' ...' if option.multiple else ''}"
    )


def _default(option: Any) -> str:
    if option.required:
        return "needed"
    if option.is_flag:
        return f"`{option.opts[0]}`" if option.default else ""
    return "" if option.default in (None, "") or callable(option.default) else f"`{option.default}`"


def _help(described: Any) -> str:
    text = " ".join((described.help or "").split()).replace("\\[", "[")
    return text.replace("|", "\\|")


def main() -> None:
    """Write both."""
    for file, text in documents().items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
