"""Two address lists into one: which records are the same, and why."""

from catalog_tools.records import PairDecision, match_records
from edge_er import canonical_text

ONE = [{"name": "Kiss FM", "phone": "030 123456"}, {"name": "Radio Eins", "phone": "0331 70990"}]
OTHER = [{"name": "KISS FM", "phone": "+49 30 123456"}, {"name": "Radio Zwei", "phone": "0331 11111"}]


def main() -> None:
    for one in ONE:
        for other in OTHER:
            decided: PairDecision = match_records(one, other)
            print(
                canonical_text(one["name"]), canonical_text(other["name"]), decided.decision, decided.reason
            )


if __name__ == "__main__":
    main()
