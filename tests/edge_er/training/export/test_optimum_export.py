"""optimum exports the same encoder; a graph of ours that computes another one is caught."""

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from edge_er.encoder.onnx_session import open_session
from edge_er.errors import QualityGateError
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.export.optimum_export import check_export, dynamic_graph, optimum_graph
from edge_er.training.methods.hpd import pca_axes, with_projection
from edge_er.training.methods.simtde import student_of

pytest.importorskip("optimum.exporters.onnx", reason="optimum is not installed")


@pytest.fixture
def student(teacher, pool):
    return with_projection(student_of(teacher, 8, 2), pca_axes(teacher.encode(pool.queries), 6)).eval()


def test_both_exporters_give_the_same_vectors(teacher, student):
    for model in (teacher, student):
        found = check_export(model, ["pon cadena ser por favor", "kiss fm", "los 40"])
        assert 0 <= found["difference"] <= 1e-5
        assert min(found[name][part] for name in ("ours", "optimum") for part in ("bytes", "encode_us")) > 0


@pytest.mark.parametrize(
    "name", ["layer.1.outer.bias", "layer.0.norm.weight", "layer.0.attention.query.bias"]
)
def test_a_graph_with_one_wrong_weight_is_refused(student, name):
    with torch.no_grad():
        for each in student.parameters():  # biases start as zeros, which no slip would show in
            each.add_(0.05 * torch.randn(each.shape, generator=torch.Generator().manual_seed(1)))
    graph = build_onnx(student)
    wrong = next(each for each in graph.graph.initializer if each.name == name)
    wrong.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(wrong)[::-1].copy(), name))
    with pytest.raises(QualityGateError, match=r"differ by .* expected at most 1e-05"):
        check_export(student, ["pon cadena ser por favor", "kiss fm"], graph)
    assert check_export(student, ["pon cadena ser por favor", "kiss fm"])["difference"] <= 1e-5


def test_the_model_is_left_as_it_was(student):
    before = student.bert.config.to_json_string()
    optimum_graph(student)
    assert student.bert.config.to_json_string() == before


@pytest.mark.parametrize("signed", [False, True])
def test_the_dynamic_quantiser_makes_a_smaller_graph_of_like_vectors(teacher, signed):
    floating = build_onnx(teacher)
    graph = dynamic_graph(floating, signed)
    kinds = {each.data_type for each in onnx.load_model_from_string(graph).graph.initializer}
    assert (onnx.TensorProto.INT8 if signed else onnx.TensorProto.UINT8) in kinds
    assert len(graph) < 0.7 * floating.ByteSize()
    ids = teacher.tokenize("pon cadena ser")[0][None].astype(np.int64)
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
    exact, rounded = (
        open_session(each, "encoder.onnx", 1).run(["embedding"], feeds)[0]
        for each in (floating.SerializeToString(), graph)
    )
    assert 1e-6 < np.abs(exact - rounded).max() < 0.1
