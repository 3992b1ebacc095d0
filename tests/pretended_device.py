"""A device that is pretended: tensors on it say so and compute on the CPU, and what a GPU would refuse is refused.

A tensor of this device has the label "meta" and its values beside it. Every operation is looked at: one that mixes it
with a tensor of the CPU is an error, as on a GPU, and one for which the host would have to wait is counted.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")
COPIES = ("aten::_to_copy", "aten::copy_")
# Besides copies to the host: a number for Python, and results whose size depends on values.
WAITS = (
    "aten::_local_scalar_dense",
    "aten::nonzero",
    "aten::masked_select",
    "aten::unique_dim",
    "aten::_unique2",
)


class There(Tensor):
    """A tensor on the pretended device; ``values`` are on the CPU."""

    values: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls, values: Tensor) -> There:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            values.shape,
            strides=values.stride(),
            storage_offset=values.storage_offset(),
            dtype=values.dtype,
            device=DEVICE,
        )
        made.values = values
        return made

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise AssertionError(f"{func}: outside of PretendedDevice")


class PretendedDevice(TorchDispatchMode):
    """While this is entered, ``DEVICE`` works; ``waits`` are the operations that made the host wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name
        tensors = [each for each in tree_leaves((args, kwargs)) if isinstance(each, Tensor)]
        there = [each for each in tensors if isinstance(each, There)]
        asked = kwargs.get("device")
        goal = bool(there) if asked is None else torch.device(asked) == DEVICE
        self._look(name, args, tensors, there, goal)
        if asked is not None:
            kwargs = {**kwargs, "device": torch.device("cpu")}
        made = func(*tree_map(_values, args), **tree_map(_values, kwargs))
        if name.endswith("_") or any(
            each.alias_info and each.alias_info.is_write for each in func._schema.returns
        ):
            return args[0]
        return (
            tree_map(lambda each: There(each) if isinstance(each, Tensor) else each, made) if goal else made
        )

    def _look(self, name: str, args: Any, tensors: list[Tensor], there: list[Tensor], goal: bool) -> None:
        home = [each for each in tensors if not isinstance(each, There) and each.ndim]
        if there and home and name not in COPIES:
            raise RuntimeError(
                f"{name}: a tensor {tuple(home[0].shape)} on the CPU among tensors of the device"
            )
        picked = name == "aten::index" and any(
            each is not None and each.dtype == torch.bool for each in args[1]
        )
        fetched = name in COPIES and there and (not goal or not isinstance(args[0], There))
        if there and (name in WAITS or picked or fetched):
            self.waits.append(name)


def _values(each: Any) -> Any:
    return each.values if isinstance(each, There) else each
