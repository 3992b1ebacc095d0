"""Batches that are put together on a device are those of plain loops."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.training.data import batches
from edge_er.training.models.token_rows import TokenRows, chunk_size, length_chunks, to_device

CPU = torch.device("cpu")
ROWS = st.lists(st.lists(st.integers(1, 90), min_size=1, max_size=11), min_size=1, max_size=9)


@settings(deadline=None, max_examples=40)
@given(ROWS, st.integers(0, 14), st.data())
def test_a_batch_is_padded_rows_and_their_mask(rows, least, data):
    kept = TokenRows.of([np.array(row) for row in rows])
    places = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1, max_size=12))
    ids, mask = kept.on(CPU).batch(np.array(places), least)
    longest = max(least, *(len(rows[place]) for place in places))
    width = longest + -longest % 4
    assert ids.dtype == mask.dtype == torch.int64
    assert ids.tolist() == [rows[place] + [0] * (width - len(rows[place])) for place in places]
    assert mask.tolist() == [[1] * len(rows[place]) + [0] * (width - len(rows[place])) for place in places]


@settings(deadline=None, max_examples=40)
@given(ROWS, st.integers(1, 5))
def test_chunks_hold_every_row_once_by_length(rows, size):
    kept = TokenRows.of([np.array(row) for row in rows])
    seen = [
        (place, length)
        for places, _, mask in length_chunks(kept, size, CPU)
        for place, length in _lines(places, mask)
    ]
    assert sorted(place for place, _ in seen) == list(range(len(rows)))
    assert [length for _, length in seen] == sorted(len(row) for row in rows)
    assert all(length == len(rows[place]) for place, length in seen)


def _lines(places, mask):
    return zip(places.tolist(), mask.sum(1).tolist(), strict=True)


def test_rows_stay_on_their_device():
    rows = TokenRows.of([np.array([2, 3])]).on(CPU)
    assert rows.on(CPU) is rows
    with pytest.raises(ValueError, match="token ids are on cpu, expected meta"):
        rows.on(torch.device("meta"))
    assert len(TokenRows.of([]).on(CPU)) == 0


def test_a_gpu_gets_whole_batches_unless_asked():
    gpu = torch.device("cuda")
    assert chunk_size(0, CPU, 64) == chunk_size(64, gpu, 8) == 64
    assert chunk_size(0, gpu, 64) > 10**6
    assert chunk_size(0, gpu, 64, 4096) == 4096


@pytest.mark.parametrize("names", [5, 40])
def test_a_device_finds_the_nearest_of_all_names(names, monkeypatch):
    monkeypatch.setattr(batches, "_SCORES_AT_ONCE", 3 * names)  # several parts
    rng = np.random.default_rng(1)
    asked, known = (to_device(rng.standard_normal((n, 6)).astype(np.float32), CPU) for n in (names, names))
    found = batches._by_all(asked, known).numpy()
    wanted = np.argsort(-(asked @ known.T).numpy(), axis=1, kind="stable")[:, : batches.NEAREST]
    assert found.shape == (names, batches.NEAREST)
    assert np.array_equal(found[:, : wanted.shape[1]], wanted)
    assert (found[:, wanted.shape[1] :] == -1).all()
