"""The runtime stays light: heavy packages are blocked, a request is resolved, nothing is written or sent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tiny import REPOSITORY

BLOCKED = """
import sys
blocked = {"torch", "transformers", "pandas", "ray", "optimum", "polars", "pyarrow", "sklearn", "scipy", "rapidfuzz",
           "num2words", "text_to_num", "onnx", "faiss", "datasets", "tensorflow"}
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Block())
"""
WATCHED = """
import sys, threading
watching, seen = threading.Event(), []
def watch(event, arguments):
    if not watching.is_set():
        return
    writes = event == "open" and (arguments[1] or "r").strip("rbtU") != ""
    if writes or event.startswith(("socket.", "os.mkdir", "os.rename", "os.remove", "subprocess.", "os.system")):
        seen.append((event, str(arguments)))
sys.addaudithook(watch)
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_resolves_with_heavy_packages_blocked(bundle_dir: Path) -> None:
    code = BLOCKED + (
        "from edge_er import EntityResolver\n"
        "print(EntityResolver.load(sys.argv[1]).resolve('pon la cadena ser').best.name)\n"
        "assert not {'typer', 'rich'} & set(sys.modules), 'the library imports the command line'\n"
    )
    done = run(code, str(bundle_dir))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Cadena SER"


def test_importing_all_public_names_is_light() -> None:
    """Every public name is there, and nothing came with it that a device would not need."""
    heavy = {"catalog_tools", "typer", "rich", "torch", "faiss", "onnxruntime", "tokenizers"}
    code = f"import sys\nfrom edge_er import *\nprint(sorted({heavy!r} & set(sys.modules)))\n"
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_command_line_resolves_with_heavy_packages_blocked(bundle_dir: Path) -> None:
    code = BLOCKED + "from edge_er.cli.app import main\nmain()\n"
    done = run(code, "resolve", str(bundle_dir), "pon la cadena ser")
    assert done.returncode == 0, done.stderr
    assert "Cadena SER" in done.stdout


def test_a_device_takes_deltas_and_own_entries_with_heavy_packages_blocked(
    bundle_dir: Path, bundle_zip: Path, tmp_path: Path
) -> None:
    from catalog_tools.build.delta import make_delta

    shutil.copytree(bundle_dir, tmp_path / "device")
    delta = make_delta(bundle_dir, bundle_zip, tmp_path / "d").path
    code = BLOCKED + (
        "from edge_er import EntityResolver\n"
        "from edge_er.bundle.delta import apply_delta\n"
        "print(apply_delta(sys.argv[1], sys.argv[2]).changed)\n"
        "mine = EntityResolver.load(sys.argv[1]).with_entries([{'id': 'c-1', 'name': 'Mum'}])\n"
        "print(mine.resolve('mum', ids={'c-1'}).best.name)\n"
        "assert 'catalog_tools' not in sys.modules\n"
    )
    done = run(code, str(tmp_path / "device"), str(delta))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "Mum"]


def test_fits_explain_themselves_with_heavy_packages_blocked() -> None:
    done = run(BLOCKED + "from edge_er.cli.app import main\nmain()\n", "train", "fit", "weights", "--help")
    assert done.returncode == 0, done.stderr
    assert "evidence" in done.stdout


def test_fits_run_without_torch() -> None:
    code = (
        "import sys\n"
        "from importlib import import_module\n"
        "from pkgutil import iter_modules\n"
        "sys.modules.update(dict.fromkeys(['torch', 'transformers', 'optimum', 'onnx', 'faiss']))\n"
        "import edge_er.training.fit as fit\n"
        "names = [each.name for each in iter_modules(fit.__path__)]\n"
        "print(len([import_module(f'{fit.__name__}.{name}') for name in names]))\n"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 7


def test_the_block_blocks() -> None:
    done = run(BLOCKED + "import torch\n")
    assert done.returncode == 1
    assert "torch is blocked" in done.stderr


def test_resolve_opens_no_socket_and_writes_no_file(bundle_dir: Path) -> None:
    code = WATCHED + (
        "from edge_er import EntityResolver\n"
        "resolver = EntityResolver.load(sys.argv[1])\n"
        "watching.set()\n"
        "resolver.resolve('pon la cadena ser'); resolver.resolve_batch(['los cuarenta', '', 'x'])\n"
        "resolver.resolve('ser', where={'country': 'ES'})\n"
        "resolver.with_entries([{'name': 'Mum'}]).resolve('call mum')\n"
        "watching.clear()\n"
        "print(seen)\n"
    )
    done = run(code, str(bundle_dir))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_watch_sees_writes_and_sockets(tmp_path: Path) -> None:
    code = WATCHED + (
        "import socket\n"
        "watching.set()\n"
        "open(sys.argv[1], 'w').close(); socket.socket().close()\n"
        "watching.clear()\n"
        "print([event for event, _ in seen])\n"
    )
    assert run(code, str(tmp_path / "file")).stdout.strip() == "['open', 'socket.__new__']"
