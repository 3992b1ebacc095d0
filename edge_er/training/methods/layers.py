"""Layer-to-layer distillation, which SimTDE does without and is held against (Table 2 of Xie et al., SIGIR 2023).

The states of the student's K layers learn those of the teacher's last K. A student of the teacher's width is compared
as it is (BERT-PKD, the paper's LRN-KD); a narrower one through learnable matrices that are thrown away after training
(TinyBERT, the paper's LMX-KD), but for that of its sentence embedding, which stays as ``output``.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from transformers import BertModel

from edge_er.errors import RecipeError
from edge_er.training.models.dual_encoder import DualEncoder

__all__ = ["LayerMatch", "narrow_student"]


class LayerMatch(nn.Module):
    """Compares a student's token embeddings and layers with the teacher's last ones."""

    def __init__(self, student: DualEncoder, teacher: DualEncoder) -> None:
        super().__init__()
        width, wanted = student.width, teacher.width
        narrow = width != wanted
        self.token = nn.Linear(width, wanted, bias=False) if narrow else nn.Identity()
        self.layers = nn.ModuleList(
            nn.Linear(width, wanted, bias=False) if narrow else nn.Identity()
            for _ in student.bert.encoder.layer
        )

    def forward(
        self, student: DualEncoder, teacher: DualEncoder, ids: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The student's output token embeddings [batch, tokens, width], and the mean squared error of its layers.

        The error is over the real tokens, a mean over the layers.
        """
        keep = len(self.layers)
        with torch.no_grad():
            wanted = teacher.bert(ids, mask[:, None], output_hidden_states=True).hidden_states[-keep:]
        states = student.bert(ids, mask[:, None], output_hidden_states=True).hidden_states[-keep:]
        errors = [
            ((matrix(mine) - theirs).float().pow(2).mean(-1) * mask).sum()
            for matrix, mine, theirs in zip(self.layers, states, wanted, strict=True)
        ]
        return states[-1], torch.stack(errors).mean() / mask.sum()


def narrow_student(teacher: DualEncoder, width: int, keep_layers: int) -> DualEncoder:
    """An untrained student of another width than the teacher's: nothing of the teacher fits, all starts at random.

    Its layers have the teacher's heads, and its feed-forward networks the teacher's ratio to the width. Its sentence
    embedding is projected to the teacher's dimensions.

    Raises:
        RecipeError: the teacher's heads do not divide ``width``.
    """
    config = copy.deepcopy(teacher.bert.config)
    if width % config.num_attention_heads:
        raise RecipeError(
            f"[student] width must be a multiple of the teacher's {config.num_attention_heads} heads, found {width}"
        )
    config.intermediate_size = config.intermediate_size * width // config.hidden_size
    config.hidden_size, config.num_hidden_layers = width, keep_layers
    bert = BertModel(config, add_pooling_layer=False)
    output = nn.Linear(width, teacher.dim, bias=False)
    return DualEncoder(bert, teacher.tokenizer, teacher.max_tokens, output, teacher.canonical)
