"""Write docs/commands.md from the command line itself.

python -m tools.command_docs
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from edge_er.cli.app import app
from tools.documents import REPOSITORY

EXIT_CODES = """| exit code | meaning |
|---|---|
| 0 | done, also when the answer is `no_match` |
| 1 | data, bundle or file error: one line on stderr says what, where, what was expected and what to do |
| 2 | wrong usage |
| 130 | stopped by Ctrl-C; what has `--resume` goes on with it |"""


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
    """The commands one by one, in a line each."""
    rows = [f"| `{usage(words, command)}` | {_help(command)} |" for words, command in commands()]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])


def reference() -> str:
    """The text of docs/commands.md: every command with every option."""
    parts = [
        "# Commands",
        "Made by `python -m tools.command_docs` from the command line itself; `edge-er COMMAND --help` says the same. "
        "`python -m edge_er` is the same program.",
        short_list(),
        "`BUNDLE` is a shipped name, a directory or a `.zip`. `-h` says what is here, `--install-completion` completes "
        "it in your shell, and `--quiet` leaves out notes. With `-` as the request, each line of standard input is "
        "answered by one line of JSON:",
        "```sh\nprintf 'pon la cadena ser\\nkiss fm\\n' | edge-er resolve radio_es -\n```",
        EXIT_CODES,
    ]
    for words, command in commands():
        options = [each for each in command.params if each.param_type_name == "option"]
        rows = [f"| {_names(each)} | {_help(each)} | {_default(each)} |" for each in options]
        parts += [f"## {words}", _help(command), f"```text\n{usage(words, command)} [options]\n```"]
        if rows:
            parts.append("\n".join(["| option | | default |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def documents() -> dict[Path, str]:
    """What the file should hold."""
    return {REPOSITORY / "docs" / "commands.md": reference()}


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
