"""Rows taken out of an ONNX file are what the onnx package would take out, and all else stays as it is."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import make_encoder_files, require_packages

from catalog_tools.build.onnx_tables import table_names, with_rows
from edge_er.errors import EncoderError

require_packages("onnx")

import onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

ROWS = [0, 3, 4, 200]


def graph(packed: bool = False) -> bytes:
    """A graph with an int8 table, its scale, and a table that stays."""
    random = np.random.default_rng(3)
    arrays = {
        "token.table": random.integers(-127, 128, (300, 8), np.int8),
        "token.table.scale": random.random((300, 1), np.float32),
        "other": random.random((300, 2), np.float32),
    }
    initializers = [numpy_helper.from_array(value, name) for name, value in arrays.items()]
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])
    out = helper.make_tensor_value_info("out", TensorProto.INT8, ["n", 8])
    nodes = [helper.make_node("Gather", ["token.table", "ids"], ["out"])]
    made = helper.make_model(helper.make_graph(nodes, "g", [ids], [out], initializers), ir_version=8)
    data: bytes = made.SerializeToString()
    # 300 and 8 as two numbers, or packed into one field as newer writers do
    return data.replace(b"\x08\xac\x02\x08\x08", b"\x0a\x03\xac\x02\x08") if packed else data


def expected(data: bytes, rows: list[int]) -> bytes:
    """The same by the onnx package."""
    model = onnx.load_model_from_string(data)
    for place, tensor in enumerate(model.graph.initializer):
        if tensor.name.startswith("token.table"):
            cut = numpy_helper.from_array(numpy_helper.to_array(tensor)[rows], tensor.name)
            model.graph.initializer[place].CopyFrom(cut)
    whole: bytes = model.SerializeToString()
    return whole


def test_the_bytes_are_those_of_the_onnx_package() -> None:
    data = graph()
    cut = with_rows(data, ("token.table", "token.table.scale"), ROWS)
    assert cut == expected(data, ROWS)
    assert len(cut) < len(data)
    onnx.checker.check_model(onnx.load_model_from_string(cut))


def test_all_rows_are_the_same_file() -> None:
    data = graph()
    assert with_rows(data, ("token.table", "token.table.scale"), range(300)) == data


def test_a_packed_shape_is_read() -> None:
    packed = graph(packed=True)
    model = onnx.load_model_from_string(with_rows(packed, ("token.table",), ROWS))
    before = onnx.load_model_from_string(packed).graph.initializer[0]
    assert np.array_equal(
        numpy_helper.to_array(model.graph.initializer[0]), numpy_helper.to_array(before)[ROWS]
    )


def test_the_names_of_the_tables() -> None:
    assert table_names(graph()) == {"token.table", "token.table.scale", "other"}
    assert "table" in table_names(make_encoder_files()["encoder.onnx"])


@pytest.mark.parametrize("end", [0, 1, 7, 60, 1000, 2500])
def test_a_cut_off_file_is_refused(end: int) -> None:
    with pytest.raises(EncoderError, match=r"encoder\.onnx"):
        with_rows(graph()[:end], ("token.table",), ROWS)
        table_names(graph()[:end])


def test_a_table_that_is_not_raw_is_refused() -> None:
    tensor = helper.make_tensor("token.table", TensorProto.FLOAT, [2, 1], [1.0, 2.0])
    data = helper.make_model(helper.make_graph([], "g", [], [], [tensor])).SerializeToString()
    with pytest.raises(EncoderError, match=r"token\.table is not raw"):
        with_rows(data, ("token.table",), [0])
