"""The dual encoder: a BERT-like model with mean pooling, used for requests and entities alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from edge_er.bundle.atomic import write_file
from edge_er.encoder.encoder import ENCODER_FILES
from edge_er.encoder.pair_head import HEAD_FILE
from edge_er.errors import EncoderError
from edge_er.text.arguments import text_list
from edge_er.text.canonical import canonical_text
from edge_er.training.card import read_card, write_card
from edge_er.training.models.token_rows import DeviceRows, TokenRows, chunk_size, to_device
from edge_er.training.models.vocabulary import read_tokenizer
from edge_er.training.parallel import rank

__all__ = [
    "CompactEmbedding",
    "DualEncoder",
    "linear_of",
    "load_model",
    "save_model",
]


TOKENIZED_AT_ONCE = 200_000
OUTPUT = "output_projection.weight"  # name of HPD's projection [dim, width] among the saved weights
WEIGHTS = "model.safetensors"
EXPORTED = ENCODER_FILES[0], HEAD_FILE
ENCODED_AT_ONCE = 512, 8192  # texts, on a CPU and on a GPU


class CompactEmbedding(nn.Module):
    """SimTDE's token embedding block: a table [v, d] with d below the encoder's width, and Proj to it (equation 2)."""

    def __init__(self, vocab_size: int, token_dim: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(vocab_size, token_dim)
        self.projection = nn.Linear(token_dim, width, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        """[batch, tokens] to [batch, tokens, width]."""
        projected: Tensor = self.projection(self.table(ids))
        return projected


class DualEncoder(nn.Module):
    """A ``transformers.BertModel`` whose mean over the tokens, projected where ``output`` is given, embeds a sentence.

    Args:
        output: HPD's projection of the mean to fewer dimensions, without bias; None keeps the encoder's width.
        canonical: whether ``encode`` brings texts to canonical form first; a packaged teacher reads them as they are.
    """

    def __init__(
        self,
        bert: BertModel,
        tokenizer: Tokenizer,
        max_tokens: int,
        output: nn.Linear | None = None,
        canonical: bool = True,
    ) -> None:
        super().__init__()
        self.bert, self.tokenizer, self.max_tokens = bert, tokenizer, max_tokens
        self.output, self.canonical = output, canonical

    @property
    def width(self) -> int:
        """Width of a token embedding."""
        return int(self.bert.config.hidden_size)

    @property
    def dim(self) -> int:
        """Width of the sentence embedding."""
        return int(self.bert.config.hidden_size if self.output is None else self.output.out_features)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def tokenize(self, texts: str | Iterable[str]) -> TokenRows:
        """Canonical texts to token ids, [CLS] ... [SEP], at most ``max_tokens`` of them; a lone string is one text."""
        texts = text_list(texts)
        limit, parts, lengths = self.max_tokens, [], []
        for start in range(0, len(texts), TOKENIZED_AT_ONCE):
            for encoding in self.tokenizer.encode_batch_fast(texts[start : start + TOKENIZED_AT_ONCE]):
                ids = encoding.ids
                parts.append(np.array(ids if len(ids) <= limit else ids[: limit - 1] + ids[-1:], np.int32))
                lengths.append(len(parts[-1]))
            parts = [np.concatenate(parts)]
        return TokenRows(
            parts[0] if parts else np.zeros(0, np.int32),
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        )

    def token_embeddings(self, ids: Tensor) -> Tensor:
        """Token embeddings [batch, tokens, width] before positions are added (equation 1, projected for a student)."""
        embeddings: Tensor = self.bert.embeddings.word_embeddings(ids)
        return embeddings

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Mean-pooled sentence embeddings [batch, dim], not normalised; ``ids`` and ``mask`` are [batch, tokens].

        The mask goes to BERT with an axis for the tokens that attend. One without it transformers looks through for
        padding, and the host waits for the device's answer at every call.
        """
        return self.pool(self.token_states(ids, mask), mask)

    def token_states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Output token embeddings [batch, tokens, width]."""
        states: Tensor = self.bert(input_ids=ids, attention_mask=mask[:, None]).last_hidden_state
        return states

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        """Sentence embeddings [batch, dim] of output token embeddings: their mean, and ``output`` of it."""
        weights = mask.unsqueeze(-1).to(states.dtype)
        pooled: Tensor = (states * weights).sum(1) / weights.sum(1)
        return pooled if self.output is None else self.output(pooled)

    def embed(self, rows: DeviceRows, places: np.ndarray, size: int) -> Tensor:
        """Unit vectors float32 [len(places), dim] of rows of token ids, in order, ``size`` of like length at a time."""
        order, parts = [], []
        for chunk, ids, mask in rows.chunks(places, size):
            order.append(chunk)
            parts.append(self(ids, mask))
        back = to_device(np.argsort(np.concatenate(order)), self.device)
        return nn.functional.normalize(torch.cat(parts).float(), dim=-1)[back]

    def tokenize_any(self, texts: str | Iterable[str]) -> TokenRows:
        """Token ids of any texts, in canonical form where this encoder reads that; a lone string is one text."""
        texts = text_list(texts)
        return self.tokenize([canonical_text(text) for text in texts] if self.canonical else texts)

    @torch.no_grad()
    def encode_there(self, texts: str | Iterable[str], batch: int = 0) -> Tensor:
        """``encode``, with the vectors left where the weights are."""
        rows = self.tokenize_any(texts).on(self.device)
        if not len(rows):
            return torch.zeros(0, self.dim, device=self.device)
        was_training = self.training
        self.eval()
        size = chunk_size(batch, self.device, *ENCODED_AT_ONCE)
        vectors = self.embed(rows, np.arange(len(rows)), size)
        self.train(was_training)
        return vectors

    def encode(self, texts: str | Iterable[str], batch: int = 0) -> np.ndarray:
        """Unit vectors float32 [n, dim] of any texts; a lone string is one text; ``batch`` texts are computed together.

        By default 512 on a CPU, 8,192 on a GPU.
        """
        vectors: np.ndarray = self.encode_there(texts, batch).cpu().numpy()
        return vectors


def save_model(model: DualEncoder, folder: Path, card: dict[str, object]) -> None:
    """Write the float32 encoder: model.safetensors, config.json, tokenizer.json, encoder.json.

    The card gains ``canonical: false`` for an encoder that reads texts as they are. Of several processes that train
    together the first writes.

    The weights are written last, and older ones removed first with what was exported of them: a folder that was not
    written whole has none.
    """
    if rank():
        return
    weights = {
        name: tensor.detach().float().cpu().contiguous()
        for name, tensor in model.bert.state_dict().items()
        if "position_ids" not in name
    }
    if model.output is not None:
        weights[OUTPUT] = model.output.weight.detach().float().cpu().contiguous()
    if not model.canonical:
        card = {**card, "canonical": False}
    for name in (WEIGHTS, *EXPORTED):
        (folder / name).unlink(missing_ok=True)
    write_file(folder / "config.json", model.bert.config.to_json_string().encode())
    write_file(folder / "tokenizer.json", model.tokenizer.to_str(pretty=False).encode())
    write_card(folder, card)
    write_file(folder / WEIGHTS, save(weights))


def load_model(folder: Path | str) -> DualEncoder:
    """Read a float32 encoder written by ``save_model``, teacher or student."""
    folder = Path(folder)
    for name in (WEIGHTS, "config.json", "tokenizer.json", "encoder.json"):
        if not (folder / name).is_file():
            raise EncoderError(
                f"{folder}: not a float32 encoder folder, {name} is missing; train it first, with the recipe whose "
                "`out` it is: edge-er train teacher (or student) RECIPE"
            )
    card, tokenizer = read_card(folder), read_tokenizer(folder / "tokenizer.json")
    try:
        bert, projection = _weights(folder)
    except OSError:
        raise
    except Exception as error:  # of transformers and safetensors, each of many kinds
        raise EncoderError(
            f"{folder}: config.json or {WEIGHTS} is damaged, or they are of two encoders "
            f"({str(error).splitlines()[0] if str(error) else type(error).__name__}); train or copy the folder again"
        ) from error
    if tokenizer.get_vocab_size() > bert.config.vocab_size:
        raise EncoderError(
            f"{folder}: tokenizer.json has {tokenizer.get_vocab_size():,} pieces, the token table of model.safetensors "
            f"{bert.config.vocab_size:,} rows; they are of two encoders: train or copy the folder again"
        )
    longest = card.get("max_tokens")
    if not isinstance(longest, int):
        raise EncoderError(
            f"{folder}/encoder.json: field 'max_tokens': expected a whole number, found {longest!r}; train or copy the "
            "folder again"
        )
    output = None if projection is None else linear_of(projection)
    model = DualEncoder(bert, tokenizer, longest, output, bool(card.get("canonical", True)))
    return model.eval()


def _weights(folder: Path) -> tuple[BertModel, Tensor | None]:
    """The BERT of a float32 folder, and the matrix of its output projection if it has one."""
    bert = BertModel(BertConfig.from_json_file(str(folder / "config.json")), add_pooling_layer=False)
    weights = load_file(folder / WEIGHTS)
    projection = weights.pop(OUTPUT, None)
    table = weights.get("embeddings.word_embeddings.table.weight")
    if table is not None:
        bert.set_input_embeddings(CompactEmbedding(table.shape[0], table.shape[1], bert.config.hidden_size))
    bert.load_state_dict(weights, strict=True)
    return bert, projection


def linear_of(weight: Tensor) -> nn.Linear:
    """The linear map without bias whose matrix is ``weight`` [out, in]."""
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    linear.weight.data = weight.clone().float().contiguous()
    return linear
