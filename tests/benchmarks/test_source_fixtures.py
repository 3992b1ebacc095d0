"""What counts as read, rejected and lost, and that our files are judged in order."""

from benchmarks.product.source_fixtures import compared, measured_cases, theirs


def test_an_entry_is_read_rejected_or_lost():
    rejected = ['{"reason": "no address", "values": {"line": "#EXTINF:-1,\\"Q\\" B"}}']
    found = compared(["A & B", "C", "C"], rejected, ["A &amp; B", " C", '"Q" B', "D", "C"])
    assert found == {"entries": 5, "read": 3, "rejected": ['"Q" B'], "lost": ["D"]}


def test_an_entry_read_once_too_few_is_lost():
    assert compared(["A"], [], ["A", "A"])["lost"] == ["A"]


def test_what_a_peer_raises_is_counted(tmp_path):
    assert theirs(lambda _: [][0], tmp_path) == ([], "IndexError")


def test_our_files_are_read_in_order():
    results = measured_cases({"vcard": lambda _: [], "m3u": lambda _: ["One", "One"]})
    assert all(one["we"] for one in results.values())
    assert [name for name, one in results.items() if one["peer"]] == ["file_m3u_dupnames"]
