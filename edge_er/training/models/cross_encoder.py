"""The cross-attentive teacher: one BERT over the joined pair `[CLS] request [SEP] name [SEP]`, and a score for it.

It reads every token of one text beside every token of the other, which no index can, so it never ships: it teaches.
"""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn
from transformers import BertModel

from edge_er.bundle.atomic import write_file
from edge_er.errors import EncoderError
from edge_er.training.models.dual_encoder import CompactEmbedding, DualEncoder, load_model, save_model
from edge_er.training.models.token_rows import LENGTH_STEP, DeviceRows, TokenRows, chunk_size, to_device
from edge_er.training.parallel import rank

__all__ = ["CrossEncoder", "PairBatch", "cross_encoder_of", "load_cross_encoder", "save_cross_encoder"]

SPREAD = 0.02
COSINE_UNIT = 20.0  # scores of cosine 1 at first: 1 over the temperature dual encoders are trained with
SCORER = "scorer.safetensors"
SCORED_AT_ONCE = 256, 8192  # pairs, on a CPU and on a GPU


class PairBatch:
    """Joined pairs: `ids`, `segments` (0 request, 1 name) and `positions`, each [pairs, tokens]; 0 is padding.

    Positions are counted from each text's own start, so a model of 48 positions reads two texts of 48 tokens. The name
    goes without its [CLS].

    Args:
        left: rows of requests, on the device where the pairs are to be. right: rows of names there.
        pairs: [n, 2], a row of ``left`` and one of ``right`` each.
    """

    def __init__(self, left: DeviceRows, right: DeviceRows, pairs: np.ndarray) -> None:
        longest = int((left.lengths[pairs[:, 0]] + right.lengths[pairs[:, 1]]).max()) - 1
        columns = torch.arange(-(-longest // LENGTH_STEP) * LENGTH_STEP, device=left.device)
        a, b = to_device(pairs.T.astype(np.int64), left.device)[:, :, None]
        first = left.starts[a + 1] - left.starts[a]
        end = first + right.starts[b + 1] - right.starts[b] - 1
        asked, named = columns < first, (columns >= first) & (columns < end)
        own = columns - first + 1  # place in the name
        ids = torch.where(named, right.from_starts(b, own), 0)
        self.ids = torch.where(asked, left.from_starts(a, columns), ids)
        self.segments = named.long()
        self.positions = torch.where(asked, columns, torch.where(named, own, 0))

    @property
    def mask(self) -> Tensor:
        """1 where there is a token, [pairs, tokens]."""
        mask: Tensor = (self.ids != 0).long()
        return mask


class CrossEncoder(nn.Module):
    """A ``BertModel`` over joined pairs, and a score read from what its layers made of both texts.

    The mean states p and q of the two texts, each having attended to the other, are compared: the score is a times
    their cosine plus a network over [[CLS], p ∘ q, |p - q|]. Where the weights come from a dual encoder the score is
    that encoder's at first, all but the attention across, and no training goes into learning it again.
    """

    def __init__(self, encoder: DualEncoder) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.dim
        self.inner, self.score = nn.Linear(3 * width, width), nn.Linear(width, 1)
        self.scale = nn.Parameter(torch.tensor(1.0))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.encoder.device

    def forward(self, pairs: PairBatch) -> Tensor:
        """Scores [pairs]: the logit of "the request asks for this name"."""
        mask = pairs.mask
        states = self.encoder.bert(
            input_ids=pairs.ids,
            attention_mask=mask[:, None],
            token_type_ids=pairs.segments,
            position_ids=pairs.positions,
        ).last_hidden_state
        asked = self.encoder.pool(states, mask * (1 - pairs.segments))
        named = self.encoder.pool(states, mask * pairs.segments)
        cosine = nn.functional.cosine_similarity(asked.float(), named.float(), dim=-1)
        compared = torch.cat([states[:, 0], asked * named, (asked - named).abs()], -1)
        scores: Tensor = COSINE_UNIT * self.scale * cosine + self.score(
            nn.functional.gelu(self.inner(compared))
        ).squeeze(-1)
        return scores

    def scores(
        self, left: TokenRows | DeviceRows, right: TokenRows | DeviceRows, pairs: np.ndarray, chunk: int = 0
    ) -> Tensor:
        """Scores [n] of ``pairs`` [n, 2]: rows of ``left`` and of ``right``.

        ``chunk`` pairs of like length run together, by default 256 on a CPU, 8,192 on a GPU.
        """
        left, right = left.on(self.device), right.on(self.device)
        order = np.argsort(left.lengths[pairs[:, 0]] + right.lengths[pairs[:, 1]], kind="stable")
        size, parts = chunk_size(chunk, self.device, *SCORED_AT_ONCE), []
        for start in range(0, len(order), size):
            parts.append(self(PairBatch(left, right, pairs[order[start : start + size]])).float())
        back = to_device(np.argsort(order), self.device)
        return torch.cat(parts)[back]


def cross_encoder_of(dual: DualEncoder, extra_layers: int, seed: int = 1) -> CrossEncoder:
    """A cross-encoder to train: token table and layers of ``dual``, ``extra_layers`` on top that add nothing yet."""
    torch.manual_seed(seed)
    config = copy.deepcopy(dual.bert.config)
    config.num_hidden_layers += extra_layers
    config.type_vocab_size = 2
    config.attn_implementation = "sdpa"
    bert = BertModel(config, add_pooling_layer=False)
    if isinstance(compact := dual.bert.get_input_embeddings(), CompactEmbedding):
        bert.set_input_embeddings(copy.deepcopy(compact).cpu())
    start = {name: value.cpu() for name, value in dual.bert.state_dict().items()}
    kinds = start.pop("embeddings.token_type_embeddings.weight")
    bert.load_state_dict(start, strict=False)
    for name, value in bert.named_parameters():
        if name not in start and name.endswith("output.dense.weight"):
            nn.init.zeros_(value)
    table = bert.embeddings.token_type_embeddings.weight.data
    table.copy_(kinds[: len(table)] if len(kinds) > 1 else kinds + SPREAD * torch.randn_like(table))
    model = CrossEncoder(DualEncoder(bert, dual.tokenizer, dual.max_tokens))
    nn.init.zeros_(model.score.weight)
    return model


def save_cross_encoder(model: CrossEncoder, folder: Path, card: dict[str, object]) -> None:
    """Write the encoder's files as ``save_model`` does, and ``scorer.safetensors``; of several processes the first."""
    if rank():
        return
    save_model(model.encoder, folder, card)
    own = {name: value for name, value in model.state_dict().items() if not name.startswith("encoder.")}
    contents = save({name: value.float().cpu().contiguous() for name, value in own.items()})
    write_file(folder / SCORER, contents)


def load_cross_encoder(folder: Path | str) -> CrossEncoder:
    """Read a cross-encoder written by ``save_cross_encoder``."""
    file = Path(folder) / SCORER
    if not file.is_file():
        raise EncoderError(
            f"{folder}: not a cross-encoder, {SCORER} is missing; `edge-er train dse` makes one"
        )
    model = CrossEncoder(load_model(folder))
    model.load_state_dict({**model.state_dict(), **load_file(file)})
    return model.eval()
