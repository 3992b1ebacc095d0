"""SimTDE: simple transformer distillation for sentence embeddings (Xie et al., SIGIR 2023).

A student of any BERT-like teacher has a compact token embedding, a projection to the encoder's width, and the
teacher's last K layers (section 3, figure 1). It learns from the teacher's token and sentence embeddings alone; there
are no labels.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from edge_er.errors import RecipeError
from edge_er.training.models.dual_encoder import CompactEmbedding, DualEncoder

__all__ = ["SimTDELoss", "hidden_state_loss", "simtde_loss", "student_of", "token_loss"]


def student_of(teacher: DualEncoder, token_dim: int, keep_layers: int, start: str = "svd") -> DualEncoder:
    """The untrained student of ``teacher`` (section 3, figure 1).

    Args:
        teacher: any BERT-like dual encoder.
        token_dim: d, columns of the compact token table; at most the teacher's width.
        keep_layers: K; the student's encoder starts as the teacher's last K layers.
        start: "random" (the paper) or "svd": table and projection are the teacher's table cut to rank d.

    Raises:
        RecipeError: a token_dim, K or start the teacher cannot give.
    """
    width, layers = teacher.bert.config.hidden_size, len(teacher.bert.encoder.layer)
    if not 1 <= token_dim <= width:
        raise RecipeError(
            f"[student] token_dim must be 1 to {width} (the teacher's width), found {token_dim}"
        )
    if not 1 <= keep_layers <= layers:
        raise RecipeError(
            f"[student] keep_layers must be 1 to {layers} (the teacher's layers), found {keep_layers}"
        )
    if start not in ("svd", "random"):
        raise RecipeError(f"[student] start must be 'svd' or 'random', found {start!r}")
    bert = copy.deepcopy(teacher.bert)
    table = _token_table(teacher)
    compact = CompactEmbedding(table.shape[0], token_dim, width)
    if start == "svd":
        # The best table · projection of rank d for the teacher's table, U_d √S_d · √S_d V_dᵀ (Eckart and Young). The
        # singular values are shared between both, so that both learn at like speed.
        left, sizes, right = torch.linalg.svd(table, full_matrices=False)
        root = sizes[:token_dim].sqrt()
        compact.table.weight.data = left[:, :token_dim] * root
        compact.projection.weight.data = (root[:, None] * right[:token_dim]).T.contiguous()
    else:
        nn.init.normal_(compact.table.weight, std=bert.config.initializer_range)
    bert.set_input_embeddings(compact)
    bert.encoder.layer = bert.encoder.layer[layers - keep_layers :]
    bert.config.num_hidden_layers = keep_layers
    output = copy.deepcopy(teacher.output)
    return DualEncoder(bert, teacher.tokenizer, teacher.max_tokens, output, teacher.canonical)


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
class SimTDELoss:
    """The distillation loss of one batch and its two parts."""

    total: Tensor
    token: Tensor
    sentence: Tensor


def simtde_loss(
    student: DualEncoder,
    teacher: DualEncoder,
    ids: Tensor,
    mask: Tensor,
    alpha: float = 0.5,
    sentences: Tensor | None = None,
) -> SimTDELoss:
    """L_KD = alpha · L_TE + (1 - alpha) · L_SE (equation 5) for token ids and mask [batch, tokens].

    L_TE is the mean squared error of the projected token embeddings over the real tokens (equations 1-3), L_SE that
    of the mean-pooled sentence embeddings (equation 4); ``sentences`` are the teacher's where they are known already.
    """
    with torch.no_grad():
        teacher_sentences = teacher(ids, mask) if sentences is None else sentences
    token = token_loss(student, teacher, ids, mask)
    sentence = nn.functional.mse_loss(student(ids, mask).float(), teacher_sentences.float())
    return SimTDELoss(alpha * token + (1 - alpha) * sentence, token, sentence)


def token_loss(student: DualEncoder, teacher: DualEncoder, ids: Tensor, mask: Tensor) -> Tensor:
    """L_TE (equation 3), the mean squared error of the projected token embeddings over the real tokens."""
    with torch.no_grad():
        wanted = teacher.token_embeddings(ids)
    error = (student.token_embeddings(ids) - wanted).float().pow(2).mean(-1)
    return (error * mask).sum() / mask.sum()


def hidden_state_loss(student: DualEncoder, teacher: DualEncoder, ids: Tensor, mask: Tensor) -> Tensor:
    """Mean squared error between the states of the student's K layers and of the teacher's last K, over real tokens.

    This is the "hidden states distillation" of the ablation in Table 2.
    """
    keep = len(student.bert.encoder.layer)
    with torch.no_grad():
        wanted = teacher.bert(ids, mask[:, None], output_hidden_states=True).hidden_states
    states = student.bert(ids, mask[:, None], output_hidden_states=True).hidden_states
    pairs = zip(states[-keep:], wanted[-keep:], strict=True)
    errors = [((mine - theirs).float().pow(2).mean(-1) * mask).sum() for mine, theirs in pairs]
    return torch.stack(errors).mean() / mask.sum()
