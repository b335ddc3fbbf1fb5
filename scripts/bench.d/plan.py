"""How much is measured."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Plan:
    """``passes`` start every proxy anew; in each, ``rounds`` of ``requests`` requests
    go to one after the other. Many short rounds find a quiet moment of the machine;
    long ones hold the garbage collections too."""

    passes: int = 2
    rounds: int = 30
    requests: int = 50
    connections: int = 8
    starts: int = 25
    #: Processes for each way to read or write a cassette.
    codec_rounds: int = 5
    #: Interactions that a long recording holds before it is compared with a new one.
    recorded_before: int = 9_000
    https: bool = False
    #: Of memory: a download, in MiB, and flows of 1 KiB.
    download: int = 500
    small_flows: int = 10_000
    #: Of memory, replayed: single answers, in MiB, and many of 2 KiB.
    answers: tuple[int, ...] = (200, 500)
    small_answers: int = 36_000

    @classmethod
    def quick(cls, *, https: bool) -> "Plan":
        return cls(
            passes=1,
            rounds=12,
            starts=4,
            recorded_before=1_000,
            codec_rounds=1,
            https=https,
            download=100,
            small_flows=2_000,
            answers=(100,),
            small_answers=5_000,
        )

    def with_rounds(self, rounds: int, requests: int) -> "Plan":
        return replace(self, passes=1, rounds=rounds, requests=requests)
