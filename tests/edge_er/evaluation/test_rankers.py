import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_er.bundle.entity import Entity
from edge_er.evaluation.rankers import EncoderRanker, form_table, top_entities


def slow_top(form_scores, owners, k):
    best = {}
    for score, owner in zip(form_scores, owners, strict=True):
        best[owner] = max(best.get(owner, score), score)
    return sorted(best, key=lambda owner: (-best[owner], owner))[:k]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(1, 15), st.data())
def test_top_entities_equals_the_slow_reference(forms, k, data):
    owners = [owner for owner, count in enumerate(forms) for _ in range(count)]
    row = st.lists(st.integers(-3, 3), min_size=len(owners), max_size=len(owners))
    scores = np.array(data.draw(st.lists(row, min_size=1, max_size=4)), dtype=np.float32)
    starts = np.cumsum([0, *forms[:-1]])
    assert top_entities(scores, starts, k) == [slow_top(line, owners, k) for line in scores.tolist()]


def test_form_table_holds_every_surface_form():
    entities = [Entity("a", "Bayern 1", ("BR 1",), ("bayern eins",)), Entity("b", "FIP"), Entity("c", "🎵")]
    texts, starts = form_table(entities)
    assert (texts, starts.tolist()) == (["Bayern 1", "BR 1", "bayern eins", "FIP", "🎵"], [0, 3, 4])
    texts, starts = form_table(entities, spoken=False)
    assert (texts, starts.tolist()) == (["Bayern 1", "BR 1", "FIP", "🎵"], [0, 2, 3])


class LetterCounts:
    """A text encoder of letter counts; it notes how it was called."""

    def __init__(self):
        self.calls = 0

    def encode(self, texts):
        self.calls += 1
        counts = np.array(
            [[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
        )
        norms = np.linalg.norm(counts, axis=1, keepdims=True)
        return counts / np.maximum(norms, 1e-9)


def test_encoder_ranker_finds_the_nearest_form_in_batches():
    names = ["anna", "berta", "cecil", "dora"]
    entities = [Entity(name, name, (name[::-1] + "zzz",)) for name in names]
    encoder = LetterCounts()
    answers = EncoderRanker(encoder, entities).rank([*names, "arodzzz"] * 150, 2)
    assert [answer[0] for answer in answers[:5]] == [0, 1, 2, 3, 3]
    assert len(answers) == 750 and all(len(answer) == 2 for answer in answers)
    assert encoder.calls == 2
