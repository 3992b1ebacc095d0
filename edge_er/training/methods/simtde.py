"""SimTDE: simple transformer distillation for sentence embeddings (Xie et al., SIGIR 2023).

A student of any BERT-like teacher has a compact token embedding, a projection to the encoder's width, and the
teacher's last K layers (section 3, figure 1). It learns from the teacher's token and sentence embeddings alone; there
are no labels. What the paper holds this against (Table 2) are settings too: layers that start at random and learn the
teacher's hidden states (``layers``), and other losses of the output.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertModel

from edge_er.errors import RecipeError
from edge_er.training.methods.layers import LayerMatch
from edge_er.training.models.dual_encoder import CompactEmbedding, DualEncoder
from edge_er.training.settings import StudentSettings

__all__ = ["Compared", "SimTDELoss", "compare", "output_loss", "simtde_loss", "student_of", "token_loss"]

Chunks = Iterable[tuple[np.ndarray, Tensor, Tensor]]  # places, token ids and mask of texts computed together
Known = Callable[[np.ndarray], Tensor]  # the teacher's embeddings of texts by place


def student_of(
    teacher: DualEncoder, token_dim: int, keep_layers: int, start: str = "svd", layers: str = "teacher"
) -> DualEncoder:
    """The untrained student of ``teacher`` (section 3, figure 1).

    Args:
        teacher: any BERT-like dual encoder.
        token_dim: d, columns of the compact token table; at most the teacher's width. 0 keeps the teacher's own table.
        keep_layers: K, the student's layers.
        start: "random" (the paper) or "svd": table and projection are the teacher's table cut to rank d.
        layers: the K layers start as the "teacher"'s last ones, or "random".

    Raises:
        RecipeError: a token_dim, K or start the teacher cannot give.
    """
    width, there = teacher.bert.config.hidden_size, len(teacher.bert.encoder.layer)
    if not 0 <= token_dim <= width:
        raise RecipeError(
            f"[student] token_dim must be 1 to {width} (the teacher's width) or 0 (its own table), found {token_dim}"
        )
    if not 1 <= keep_layers <= there:
        raise RecipeError(
            f"[student] keep_layers must be 1 to {there} (the teacher's layers), found {keep_layers}"
        )
    if start not in ("svd", "random"):
        raise RecipeError(f"[student] start must be 'svd' or 'random', found {start!r}")
    bert = copy.deepcopy(teacher.bert)
    if token_dim:
        bert.set_input_embeddings(_compact_table(teacher, token_dim, start))
    bert.config.num_hidden_layers = keep_layers
    if layers == "random":
        bert.encoder = BertModel(bert.config, add_pooling_layer=False).encoder
    else:
        bert.encoder.layer = bert.encoder.layer[there - keep_layers :]
    output = copy.deepcopy(teacher.output)
    return DualEncoder(bert, teacher.tokenizer, teacher.max_tokens, output, teacher.canonical)


def _compact_table(teacher: DualEncoder, token_dim: int, start: str) -> CompactEmbedding:
    """The student's token table and its projection, before training."""
    table = _token_table(teacher)
    compact = CompactEmbedding(table.shape[0], token_dim, table.shape[1])
    if start == "random":
        nn.init.normal_(compact.table.weight, std=teacher.bert.config.initializer_range)
        return compact
    # The best table · projection of rank d for the teacher's table, U_d √S_d · √S_d V_dᵀ (Eckart and Young). The
    # singular values are shared between both, so that both learn at like speed.
    left, sizes, right = torch.linalg.svd(table, full_matrices=False)
    root = sizes[:token_dim].sqrt()
    compact.table.weight.data = left[:, :token_dim] * root
    compact.projection.weight.data = (root[:, None] * right[:token_dim]).T.contiguous()
    return compact


def _token_table(teacher: DualEncoder) -> Tensor:
    """Token embeddings [v, width]; those of a student are its compact table, projected."""
    embeddings = teacher.bert.get_input_embeddings()
    table: Tensor
    if isinstance(embeddings, CompactEmbedding):
        table = embeddings.projection(embeddings.table.weight).detach()
    else:
        table = embeddings.weight.data
    return table


@dataclass(frozen=True)
class Compared:
    """What student and teacher make of the same texts.

    Attributes:
        embedded, wanted: sentence embeddings of student and teacher [n, dim], in one order, not normalised.
        token: L_TE, see ``token_loss``. hidden: the layers' error, see ``LayerMatch``; 0 where it is not asked for.
    """

    embedded: Tensor
    wanted: Tensor
    token: Tensor
    hidden: Tensor


def compare(
    student: DualEncoder,
    teacher: DualEncoder,
    chunks: Chunks,
    places: np.ndarray,
    known: Known | None = None,
    match: LayerMatch | None = None,
) -> Compared:
    """Student beside teacher on the texts at ``places``.

    Args:
        student: with gradients.
        teacher: without.
        chunks: of these texts; their places are places in ``places``.
        places: of the texts.
        known: gives the teacher's sentence embeddings by place; None computes them.
        match: compares the layers too.
    """
    embedded, wanted = [], []
    token = hidden = torch.zeros((), device=student.device)
    for chunk, ids, mask in chunks:
        share = len(chunk) / len(places)
        if match is None:
            embedded.append(student(ids, mask).float())
        else:
            states, error = match(student, teacher, ids, mask)
            embedded.append(student.pool(states, mask).float())
            hidden = hidden + share * error
        with torch.no_grad():
            wanted.append((teacher(ids, mask) if known is None else known(places[chunk])).float())
        token = token + share * token_loss(student, teacher, ids, mask, match)
    return Compared(torch.cat(embedded), torch.cat(wanted), token, hidden)


@dataclass(frozen=True)
class SimTDELoss:
    """The distillation loss of one batch and its parts."""

    total: Tensor
    token: Tensor
    sentence: Tensor


def simtde_loss(found: Compared, shape: StudentSettings) -> SimTDELoss:
    """L_KD = alpha · L_TE + (1 - alpha) · L_SE (equation 5), and ``hidden_states`` times the layers' error.

    L_SE is the mean squared error of the mean-pooled sentence embeddings (equation 4), or another ``output_loss``.
    """
    sentence = output_loss(shape.output_loss, found.embedded, found.wanted)
    total = shape.alpha * found.token + (1 - shape.alpha) * sentence + shape.hidden_states * found.hidden
    return SimTDELoss(total, found.token, sentence)


def token_loss(
    student: DualEncoder, teacher: DualEncoder, ids: Tensor, mask: Tensor, match: LayerMatch | None = None
) -> Tensor:
    """L_TE (equation 3), the mean squared error of the projected token embeddings over the real tokens."""
    mine = student.token_embeddings(ids)
    with torch.no_grad():
        wanted = teacher.token_embeddings(ids)
    error = ((mine if match is None else match.token(mine)) - wanted).float().pow(2).mean(-1)
    return (error * mask).sum() / mask.sum()


def output_loss(kind: str, embedded: Tensor, wanted: Tensor) -> Tensor:
    """The error of sentence embeddings [n, dim], in one of the forms that the paper's ablation names.

    Args:
        kind: "mse" of the embeddings (the paper's choice); "kl", the divergence of the softmax over an embedding's
            dimensions; "cosine_mse" and "cosine_mae" of the cosines of all pairs of the batch.
        embedded: the student's.
        wanted: the teacher's.
    """
    if kind == "mse":
        return nn.functional.mse_loss(embedded, wanted)
    if kind == "kl":
        found, sure = (nn.functional.log_softmax(vectors, dim=-1) for vectors in (embedded, wanted))
        return nn.functional.kl_div(found, sure, reduction="batchmean", log_target=True)
    mine, theirs = (nn.functional.normalize(vectors, dim=-1) for vectors in (embedded, wanted))
    error = mine @ mine.T - theirs @ theirs.T  # 0 of each text with itself
    each = error.pow(2) if kind == "cosine_mse" else error.abs()
    return each.sum() / max(1, len(error) * (len(error) - 1))
